extension QueueReader {
    package func pushers(
        matching query: PusherQuery, after id: Int64, limit: Int
    ) throws(QueueError) -> [PusherRow] {
        let filter = NotificationFilter(gateway: query.gateway, userID: query.userID, appID: query.appID)
        var conditions = ["id > ?1"]
        if filter.restrictsPushers { conditions.append(filter.pusherCondition(idColumn: "id")) }
        switch query.state {
        case nil: break
        case .ok: conditions.append("enabled <> 0 AND failing_since IS NULL")
        case .failing: conditions.append("enabled <> 0 AND failing_since IS NOT NULL")
        case .disabled: conditions.append("enabled = 0")
        }
        let statement = try connection.prepare(
            "SELECT \(PusherRow.columns) FROM pushers WHERE \(conditions.joined(separator: " AND ")) ORDER BY id LIMIT ?2"
        )
        try filter.bind(to: statement, after: id, limit: limit)
        return try statement.rows { PusherRow(row: $0) }
    }
}
