import CCurl
import Glibc
import Testing

@testable import PushGateway

@Suite(.timeLimit(.minutes(1)))
struct SocketWatchTests {
    /// Two connected sockets.
    private final class Pair {
        private(set) var own: Int32
        private let peer: Int32

        init() {
            var both: [Int32] = [-1, -1]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &both)
            (own, peer) = (both[0], both[1])
        }

        deinit {
            if own >= 0 { close(own) }
            close(peer)
        }

        /// A copy of it remains.
        func closeOwn() {
            close(own)
            own = -1
        }

        func send() { Glibc.write(peer, "x", 1) }
        func end() { shutdown(peer, Int32(SHUT_RDWR)) }
    }

    private func ready(_ watch: SocketWatch, milliseconds: Int64 = 0) -> [Int32: Int32] {
        var result: [Int32: Int32] = [:]
        watch.wait(milliseconds: milliseconds) { result[$0] = $1 }
        return result
    }

    @Test func `A socket is ready for what is waited for, and for nothing else`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.watch(pair.own, for: CURL_POLL_IN)
        #expect(ready(watch).isEmpty)
        pair.send()
        #expect(ready(watch) == [pair.own: CURL_CSELECT_IN])
        watch.watch(pair.own, for: CURL_POLL_OUT)
        #expect(ready(watch) == [pair.own: CURL_CSELECT_OUT])
        watch.watch(pair.own, for: CURL_POLL_INOUT)
        #expect(ready(watch) == [pair.own: CURL_CSELECT_IN | CURL_CSELECT_OUT])
        watch.watch(pair.own, for: CURL_POLL_REMOVE)
        #expect(ready(watch).isEmpty)
    }

    @Test func `The end of a connection is there to be read`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.watch(pair.own, for: CURL_POLL_IN)
        pair.end()
        let readiness = try #require(ready(watch)[pair.own])
        #expect(readiness & CURL_CSELECT_IN != 0)
    }

    @Test func `A connection without a request is watched again by the next one`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.opened(pair.own)
        for _ in 0..<3 {
            watch.watch(pair.own, for: CURL_POLL_IN)
            watch.watch(pair.own, for: CURL_POLL_REMOVE)
        }
        pair.send()
        #expect(ready(watch).isEmpty)
        watch.watch(pair.own, for: CURL_POLL_IN)
        #expect(ready(watch) == [pair.own: CURL_CSELECT_IN])
    }

    @Test func `What comes on a connection without a request ends one wait, not each`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.opened(pair.own)
        watch.watch(pair.own, for: CURL_POLL_IN)
        watch.watch(pair.own, for: CURL_POLL_REMOVE)
        pair.end()
        #expect(ready(watch, milliseconds: 10_000).isEmpty)
        let start = ContinuousClock.now
        #expect(ready(watch, milliseconds: 50).isEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
    }

    @Test(arguments: [true, false])
    func `A descriptor that is used again is watched again`(isConnection: Bool) throws {
        let watch = try SocketWatch()
        let descriptor = dup(STDIN_FILENO)
        for _ in 0..<2 {
            let pair = Pair()
            // Also closes what this was before.
            dup2(pair.own, descriptor)
            pair.closeOwn()
            if isConnection { watch.opened(descriptor) }
            watch.watch(descriptor, for: CURL_POLL_IN)
            pair.send()
            #expect(ready(watch) == [descriptor: CURL_CSELECT_IN])
            watch.watch(descriptor, for: CURL_POLL_REMOVE)
            // Of the sockets of its resolver libcurl says no more than that.
            if isConnection { watch.closing(descriptor) }
        }
        close(descriptor)
    }

    @Test func `A wake-up ends one wait, also when it came before`() async throws {
        let watch = try SocketWatch()
        watch.wake()
        watch.wake()
        #expect(ready(watch, milliseconds: 10_000).isEmpty)
        let start = ContinuousClock.now
        #expect(ready(watch, milliseconds: 50).isEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
        async let wakeUp: Void = Task.detached { watch.wake() }.value
        #expect(ready(watch, milliseconds: 10_000).isEmpty)
        await wakeUp
    }
}
