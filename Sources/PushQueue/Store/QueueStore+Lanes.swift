extension QueueStore {
    func setLane(_ lane: LaneRecord) throws(QueueError) {
        let statement = statements.setLane
        try statement.bind(1, lane.gateway)
        try statement.bind(2, lane.failingSince)
        try statement.bind(3, lane.failures)
        try statement.bind(4, lane.nextProbeAt)
        try statement.bind(5, lane.isSuspect ? 1 : 0)
        try statement.run()
    }

    func deleteLane(_ gateway: String) throws(QueueError) {
        try statements.deleteLane.bind(1, gateway)
        try statements.deleteLane.run()
    }

    /// The key of the hashes in `delivery_keys`.
    func readSecret() throws(QueueError) -> (UInt64, UInt64) {
        let key = try connection.prepare("SELECT key FROM secret").firstRow { $0.blob(0) } ?? []
        guard key.count == 16 else { throw QueueError(.corrupt, path: path, "has no key for delivery hashes") }
        return key.withUnsafeBytes { bytes in
            (
                UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
