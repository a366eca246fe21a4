/// How much is sent in a round, and from whom to whom.
struct DeliverSettings {
    var notifications = 50_000
    /// Connections to the socket.
    var connections = 4
    /// Notifications on their way while latency is measured.
    var outstanding = 256
    /// Whether nginx is not used, even where it is installed.
    var isBuiltIn = false
    var withFloors = true
    var withLatency = true
}
