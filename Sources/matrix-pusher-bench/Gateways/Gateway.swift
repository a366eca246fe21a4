/// Chooses the gateway.
enum Gateway {
    /// The name of the gateway that ``start(_:builtIn:port:)`` chooses.
    static func name(_ kind: GatewayProtocol = .http, builtIn: Bool) -> String {
        !builtIn && NginxGateway.isAvailable(for: kind) ? "nginx" : "built-in gateway"
    }

    /// nginx where that is installed and wanted, else the built-in one.
    /// - Parameter port: Where to listen; nil for any.
    static func start(_ kind: GatewayProtocol = .http, builtIn: Bool, port: UInt16? = nil) async throws
        -> any MeasuredGateway
    {
        if !builtIn, NginxGateway.isAvailable(for: kind) { return try await NginxGateway.start(kind, port: port) }
        return try BuiltInGateway(port: port)
    }

    /// The URL of a gateway at a port of this machine.
    static func url(scheme: String = "http", port: UInt16) -> String {
        "\(scheme)://127.0.0.1:\(port)/_matrix/push/v1/notify"
    }
}
