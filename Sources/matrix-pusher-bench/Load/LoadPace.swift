/// How fast to send.
struct LoadPace {
    static let maximumConnections = 64

    /// Requests a second; nil for as many as are answered.
    var rate: Double?
    /// Most items sent and not received by the gateway; nil for any number.
    var outstanding: Int?
    /// Items that the gateway has received since the start.
    var received: () throws -> Int = { 0 }
    /// Nanoseconds between two looks at it.
    var pollInterval: UInt64 = 1_000_000
    /// Monotonic nanoseconds after which nothing more is sent.
    var deadline = UInt64.max
}
