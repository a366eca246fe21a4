/// Bounds on what one transaction may hold; a homeserver that keeps to the specification never meets them.
enum IngestLimits {
    /// Bytes of a transaction id.
    static let transactionID = 255
    /// Bytes of a Matrix identifier (user, room and event ids).
    static let identifier = 255
    /// Bytes of an event as given. Federation allows 65,536; clients' `unsigned` and local fields come on top.
    static let event = 131_072
    /// Bytes of a room or display name that is passed on.
    static let name = 4096
    /// Recipients of all events of a transaction together.
    static let recipients = 200_000
    static let events = 10_000
    static let receipts = 10_000
}
