import NIOCore
import NIOEmbedded
import Testing

@testable import PusherService

/// Who makes room for another connection.
@Suite struct ConnectionTableTests {
    /// Remembers whether its connection was told to make room.
    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private(set) var isEvicted = false

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is HTTPConnection.MakeRoom { isEvicted = true }
        }
    }

    private let connections = ConnectionTable(limit: 3, patience: .zero)

    /// Takes in a connection for each, in this order, and one more; says which had to make room.
    private func evicted(of waiting: [ConnectionTable.Waiting?]) throws -> [Bool] {
        let listeners = waiting.map { _ in Listener() }
        let channels = listeners.map { EmbeddedChannel(handler: $0) }
        for (channel, waiting) in zip(channels, waiting) { try #require(connections.admit(channel)).set(waiting) }
        let another = EmbeddedChannel()
        #expect((connections.admit(another) != nil) == waiting.contains { $0 != nil })
        return listeners.map(\.isEvicted)
    }

    @Test(
        arguments: [
            ([.idle, .idle, .idle], 0), ([.unfinished, .idle, .idle], 1), ([.unfinished, .unfinished, .idle], 2),
            ([.unfinished, .unfinished, .unfinished], 0), ([nil, .unfinished, .idle], 2), ([nil, .unfinished, nil], 1),
            ([nil, nil, nil], nil),
        ] as [([ConnectionTable.Waiting?], Int?)])
    func theIdleGoFirstThenTheUnfinishedNeverTheServed(waiting: [ConnectionTable.Waiting?], first: Int?) throws {
        #expect(try evicted(of: waiting) == waiting.indices.map { $0 == first })
    }
}
