extension QueueReader {
    package func ruleset(of userID: String) throws(QueueError) -> [UInt8]? {
        try statements.ruleset.bind(1, userID)
        return try statements.ruleset.firstRow { $0.blob(0) }
    }

    package func pusher(_ id: Int64) throws(QueueError) -> PusherRow? {
        try statements.pusher.bind(1, id)
        return try statements.pusher.firstRow { PusherRow(row: $0) }
    }

    package func pushers(of userID: String) throws(QueueError) -> [PusherRow] {
        try statements.pushersOfUser.bind(1, userID)
        return try statements.pushersOfUser.rows { PusherRow(row: $0) }
    }

    package func pushers(appID: String, pushkey: String) throws(QueueError) -> [PusherRow] {
        let statement = try connection.prepare(
            "SELECT \(PusherRow.columns) FROM pushers WHERE app_id = ?1 AND pushkey = ?2 ORDER BY id")
        try statement.bind(1, appID)
        try statement.bind(2, pushkey)
        return try statement.rows { PusherRow(row: $0) }
    }

    package func removedPusher(sequence: Int64) throws(QueueError) -> RemovedPusher? {
        let statement = try connection.prepare("SELECT \(RemovedPusher.columns) FROM removed_pushers WHERE seq = ?1")
        try statement.bind(1, sequence)
        return try statement.firstRow(RemovedPusher.init(row:))
    }

    package func removedPushers(since sequence: Int64, limit: Int) throws(QueueError) -> [RemovedPusher] {
        let statement = try connection.prepare(
            "SELECT \(RemovedPusher.columns) FROM removed_pushers WHERE seq > ?1 ORDER BY seq LIMIT ?2")
        try statement.bind(1, sequence)
        try statement.bind(2, limit)
        return try statement.rows(RemovedPusher.init(row:))
    }
}
