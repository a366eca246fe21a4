/// One step of the schema, a file of the folder `Migrations/`.
package struct Migration: Sendable, Equatable {
    /// The schema's number after it.
    package let number: Int
    /// The file's name without its ending.
    package let name: String
    package let sql: String

    init(number: Int, name: String, bytes: [UInt8]) {
        self.number = number
        self.name = name
        self.sql = String(decoding: bytes, as: UTF8.self)
    }

    /// All of them, in order.
    package static let all = [
        Migration(number: 1, name: "0001_queue", bytes: PackageResources._001_queue_sql),
        Migration(number: 2, name: "0002_history", bytes: PackageResources._002_history_sql),
        Migration(number: 3, name: "0003_policy", bytes: PackageResources._003_policy_sql),
        Migration(number: 4, name: "0004_events", bytes: PackageResources._004_events_sql),
        Migration(number: 5, name: "0005_snapshot", bytes: PackageResources._005_snapshot_sql),
    ]

    /// The schema this program works with.
    package static var latest: Int { all.count }
}
