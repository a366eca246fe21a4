import Glibc
import Testing

@testable import PushGateway

@Suite(.timeLimit(.minutes(5)))
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

        /// From now on it cannot be written.
        func fill() {
            _ = fcntl(own, F_SETFL, O_NONBLOCK)
            let bytes = [UInt8](repeating: 0, count: 65_536)
            while Glibc.write(own, bytes, bytes.count) > 0 {}
        }

        func send() { Glibc.write(peer, "x", 1) }
        func end() { shutdown(peer, Int32(SHUT_RDWR)) }
    }

    private func ready(_ watch: SocketWatch, milliseconds: Int64 = 0) -> [Int32: SocketEvents] {
        var result: [Int32: SocketEvents] = [:]
        watch.wait(milliseconds: milliseconds) { result[$0] = $1 }
        return result
    }

    @Test func `A socket is ready for what is waited for, and for nothing else`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.watch(pair.own, for: .reading)
        #expect(ready(watch).isEmpty)
        pair.send()
        #expect(ready(watch) == [pair.own: .reading])
        watch.watch(pair.own, for: .writing)
        #expect(ready(watch) == [pair.own: .writing])
        watch.watch(pair.own, for: [.reading, .writing])
        #expect(ready(watch) == [pair.own: [.reading, .writing]])
        watch.watch(pair.own, for: [])
        #expect(ready(watch).isEmpty)
    }

    @Test func `A connection that is given up while it is being made is told of once`() throws {
        let watch = try SocketWatch()
        let pairs = (0..<3).map { _ in Pair() }
        for pair in pairs {
            pair.fill()
            watch.opened(pair.own)
            watch.watch(pair.own, for: .writing)
        }
        #expect(!watch.takeGivenUp())
        watch.watch(pairs[0].own, for: [])
        #expect(watch.takeGivenUp())
        #expect(!watch.takeGivenUp())
        watch.closing(pairs[1].own)
        #expect(watch.takeGivenUp())
        watch.watch(pairs[2].own, for: .reading)
        watch.watch(pairs[2].own, for: [])
        watch.closing(pairs[2].own)
        #expect(!watch.takeGivenUp())
    }

    @Test func `The end of a connection is there to be read`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.watch(pair.own, for: .reading)
        pair.end()
        let readiness = try #require(ready(watch)[pair.own])
        #expect(readiness.contains(.reading))
    }

    @Test func `A connection without a request is watched again by the next one`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.opened(pair.own)
        for _ in 0..<3 {
            watch.watch(pair.own, for: .reading)
            watch.watch(pair.own, for: [])
        }
        pair.send()
        #expect(ready(watch).isEmpty)
        watch.watch(pair.own, for: .reading)
        #expect(ready(watch) == [pair.own: .reading])
    }

    @Test func `What comes on a connection without a request ends one wait, not each`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        watch.opened(pair.own)
        watch.watch(pair.own, for: .reading)
        watch.watch(pair.own, for: [])
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
            watch.watch(descriptor, for: .reading)
            pair.send()
            #expect(ready(watch) == [descriptor: .reading])
            watch.watch(descriptor, for: [])
            // Of the sockets of its resolver libcurl says no more than that.
            if isConnection { watch.closing(descriptor) }
        }
        close(descriptor)
    }

    @Test func `A descriptor whose socket went without a word is watched for the next one`() throws {
        let watch = try SocketWatch()
        let descriptor = dup(STDIN_FILENO)
        defer { close(descriptor) }
        for isConnection in [true, true, false] {
            let pair = Pair()
            dup2(pair.own, descriptor)
            pair.closeOwn()
            if isConnection { watch.opened(descriptor) }
            watch.watch(descriptor, for: .writing)
            #expect(ready(watch) == [descriptor: .writing])
            // As libcurl gives up one that never got connected.
            let other = Pair()
            dup2(other.own, descriptor)
            watch.watch(descriptor, for: [])
        }
    }

    @Test func `A descriptor that is used again before libcurl knows is watched as the last one was`() throws {
        let watch = try SocketWatch()
        let descriptor = dup(STDIN_FILENO)
        defer { close(descriptor) }
        for _ in 0..<3 {
            let pair = Pair()
            dup2(pair.own, descriptor)
            pair.closeOwn()
            watch.opened(descriptor)
            watch.watch(descriptor, for: .writing)
            let other = Pair()
            dup2(other.own, descriptor)
            other.closeOwn()
            watch.opened(descriptor)
            #expect(ready(watch) == [descriptor: .writing])
        }
    }

    @Test func `A socket of which a forked process has a copy leaves the set when it is closed`() throws {
        let watch = try SocketWatch()
        let pair = Pair()
        let copy = dup(pair.own)
        defer { close(copy) }
        let descriptor = pair.own
        watch.opened(descriptor)
        watch.watch(descriptor, for: .reading)
        pair.send()
        watch.closing(descriptor)
        pair.closeOwn()
        let start = ContinuousClock.now
        #expect(ready(watch, milliseconds: 50).isEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
    }

    @Test func `A descriptor that the set does not take is tried again`() throws {
        let watch = try SocketWatch()
        // A file is what it takes of nobody.
        let descriptor = open("/proc/self/stat", O_RDONLY)
        defer { close(descriptor) }
        watch.watch(descriptor, for: .reading)
        #expect(ready(watch).isEmpty)
        let pair = Pair()
        dup2(pair.own, descriptor)
        pair.send()
        #expect(ready(watch) == [descriptor: .reading])
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
