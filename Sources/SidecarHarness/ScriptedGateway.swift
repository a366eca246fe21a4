internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A push gateway on a port of its own at 127.0.0.1 that does with every request what a script says.
///
/// One event loop runs the gateway, so that its log has one order; scripts are called on it and must not block.
package struct ScriptedGateway: Sendable {
    /// Decides about a request.
    package typealias Script = @Sendable (ReceivedNotification) -> GatewayAnswer

    package let name: String
    package let port: Int
    private let listener: any Channel

    /// Starts a gateway on a free port.
    package static func start(
        name: String = "gateway", log: GatewayLog, script: @escaping Script
    ) async throws -> ScriptedGateway {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let listener = try await ServerBootstrap(group: eventLoop, childGroup: eventLoop)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(GatewayHandler(name: name, log: log, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else { throw HarnessError("the gateway has no port") }
        return ScriptedGateway(name: name, port: port, listener: listener)
    }

    /// The URL pushers are registered with.
    package var url: String { "http://127.0.0.1:\(port)/_matrix/push/v1/notify" }
    /// The name the sidecar gives it.
    package var address: String { "http://127.0.0.1:\(port)" }

    /// Stops listening.
    package func stop() async {
        try? await listener.close()
    }
}
