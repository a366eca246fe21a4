import Glibc
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import PusherService

/// Whether the socket goes on accepting, on an event loop that goes on when the test says so.
@Suite struct AcceptPauseTests {
    private let channel = EmbeddedChannel(
        handler: AcceptPause(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))

    private func fail(_ error: Int32) {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: error, reason: "accept"))
    }

    /// What the channel was told last; nil: nothing yet.
    private var accepts: Bool? {
        channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func pausesWhileThereIsNothingToAcceptWith(error: Int32) throws {
        fail(error)
        #expect(accepts == false)
        channel.embeddedEventLoop.advanceTime(by: AcceptPause.length - .nanoseconds(1))
        #expect(accepts == false)
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(accepts == true)
        fail(error)
        #expect(accepts == false)
        channel.embeddedEventLoop.advanceTime(by: AcceptPause.length)
        #expect(accepts == true)
        try channel.throwIfErrorCaught()
    }

    @Test(arguments: [ECONNABORTED, EINVAL])
    func pausesForNothingElse(error: Int32) {
        fail(error)
        #expect(accepts == nil)
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
    }

    @Test func canBeClosedInAPause() throws {
        fail(EMFILE)
        #expect(try channel.finish().isClean)
        channel.embeddedEventLoop.advanceTime(by: AcceptPause.length)
        #expect(accepts == false)
    }
}
