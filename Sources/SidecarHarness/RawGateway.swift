internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A server that answers the first bytes of a connection with bytes of its own, without knowing HTTP.
package final class RawGateway: Sendable {
    /// What is written, and what then.
    package struct Answer: Sendable {
        package enum Ending: Sendable {
            case close, reset, stall
            /// Writes this as long as it is taken, with a pause before each piece.
            case flood([UInt8], pause: Duration)
        }

        package let start: [UInt8]
        package let ending: Ending

        package init(_ start: String, then ending: Ending) {
            self.start = Array(start.utf8)
            self.ending = ending
        }

        package static func flood(_ piece: String, after start: String = "", times: Int = 1) -> Answer {
            Answer(start, then: .flood(Array(String(repeating: piece, count: times).utf8), pause: .zero))
        }

        package static func drip(_ piece: String, after start: String = "") -> Answer {
            Answer(start, then: .flood(Array(piece.utf8), pause: .milliseconds(20)))
        }
    }

    package let port: Int
    private let listener: any Channel
    private let counters: Counters

    final class Counters: Sendable {
        let connections = Atomic(0)
        let bytesWritten = Atomic(0)
    }

    private init(port: Int, listener: any Channel, counters: Counters) {
        self.port = port
        self.listener = listener
        self.counters = counters
    }

    /// Starts a server on a free port.
    /// - Parameter host: An address of this machine.
    package static func start(host: String = "127.0.0.1", _ answer: Answer) async throws -> RawGateway {
        let counters = Counters()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RawGatewayHandler(answer, counters))
                }
            }
            .bind(host: host, port: 0).get()
        guard let port = listener.localAddress?.port else { throw HarnessError("the gateway has no port") }
        return RawGateway(port: port, listener: listener, counters: counters)
    }

    /// The URL pushers are registered with.
    package var url: String { url(host: "127.0.0.1") }
    package func url(host: String) -> String { "http://\(host):\(port)/_matrix/push/v1/notify" }

    package var connections: Int { counters.connections.load(ordering: .relaxed) }
    /// What the system took of what was written.
    package var bytesWritten: Int { counters.bytesWritten.load(ordering: .relaxed) }

    /// Stops listening.
    package func stop() async {
        try? await listener.close()
    }
}
