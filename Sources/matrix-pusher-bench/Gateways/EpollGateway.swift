import CLinux
import Glibc
import SidecarHarness

/// The loop of the built-in gateway: one thread, HTTP/1.1 with keep-alive, no allocation per request.
final class EpollGateway {
    private struct Connection {
        var buffer: UnsafeMutablePointer<UInt8>?
        var used = 0
        /// Counts the connections of this descriptor, so that a late answer does not go to another one.
        var generation: UInt32 = 0
    }

    private struct Delayed {
        let due: UInt64
        let descriptor: Int32
        let generation: UInt32
    }

    private static let bufferSize = 32_768
    private static let maximumConnections = 16_384
    private static let answer = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"rejected\":[]}".utf8)
    /// Where the digits of an event's ID stand in a body of matrix-pusher's, after the `$` of ``EventText``.
    private static let eventPrefix = Array(#"{"notification":{"event_id":"$"#.utf8)

    private let record: GatewayRecord
    /// Nanoseconds.
    private let delay: UInt64
    private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private var listeners: [Int32] = []
    private let connections: UnsafeMutablePointer<Connection>
    /// A ring in the order of the answers' times, as each waits equally long.
    private let delayed: UnsafeMutablePointer<Delayed>
    private var firstDelayed = 0
    private var delayedCount = 0

    init(record: GatewayRecord, lanes: Int, port: UInt16, delay: UInt64) throws {
        self.record = record
        self.delay = delay
        connections = .allocate(capacity: Self.maximumConnections)
        connections.initialize(repeating: Connection(), count: Self.maximumConnections)
        delayed = .allocate(capacity: Self.maximumConnections)
        var ports: [UInt16] = []
        for lane in 0..<lanes {
            let (descriptor, port) = try TCPSocket.listen(port: lane == 0 ? port : 0)
            listeners.append(descriptor)
            ports.append(port)
            makeNonBlocking(descriptor)
            watch(descriptor)
        }
        record.setPorts(ports)
    }

    /// Runs until the parent process has ended; it kills this one before.
    func run() {
        let parent = getppid()
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)
        while getppid() == parent {
            let count = epoll_wait(epoll, events, 256, timeout())
            for index in 0..<max(0, Int(count)) {
                let descriptor = Int32(truncatingIfNeeded: events[index].data.u64)
                if listeners.contains(descriptor) { accept(descriptor) } else { receive(descriptor) }
            }
            if delayedCount > 0 { answerDelayed() }
        }
    }

    /// Milliseconds to the next answer, rounded up: answers are never early.
    private func timeout() -> Int32 {
        guard delayedCount > 0 else { return 1000 }
        let now = Monotonic.now
        let due = delayed[firstDelayed].due
        return due > now ? Int32((due - now + 999_999) / 1_000_000) : 0
    }

    private func accept(_ listener: Int32) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            guard descriptor < Self.maximumConnections else {
                close(descriptor)
                continue
            }
            makeNonBlocking(descriptor)
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            if connections[Int(descriptor)].buffer == nil {
                connections[Int(descriptor)].buffer = .allocate(capacity: Self.bufferSize)
            }
            connections[Int(descriptor)].used = 0
            watch(descriptor)
        }
    }

    private func receive(_ descriptor: Int32) {
        let connection = connections + Int(descriptor)
        guard let buffer = connection.pointee.buffer else { return }
        let used = connection.pointee.used
        let count = recv(descriptor, buffer + used, Self.bufferSize - used, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return end(descriptor) }
        var length = used + count
        var start = 0
        while let size = RequestScan.size(of: UnsafeBufferPointer(start: buffer + start, count: length - start)) {
            take(body: UnsafeBufferPointer(start: buffer + start + size.head, count: size.body))
            respond(to: descriptor)
            start += size.head + size.body
        }
        length -= start
        if start > 0, length > 0 { memmove(buffer, buffer + start, length) }
        guard length < Self.bufferSize else { return end(descriptor) }
        connection.pointee.used = length
    }

    private func take(body: UnsafeBufferPointer<UInt8>) {
        let prefix = Self.eventPrefix
        var event = UInt64.max
        let digits = EventText.digits
        if body.count > prefix.count + digits, memcmp(body.baseAddress!, prefix, prefix.count) == 0 {
            event = 0
            for byte in body[prefix.count..<prefix.count + digits] { event = event &* 10 &+ UInt64(byte &- 48) }
        }
        record.add(GatewayRecord.Entry(event: event, receivedAt: Monotonic.now))
    }

    private func respond(to descriptor: Int32) {
        guard delay > 0 else { return send(to: descriptor) }
        guard delayedCount < Self.maximumConnections else { return end(descriptor) }
        delayed[(firstDelayed + delayedCount) % Self.maximumConnections] = Delayed(
            due: Monotonic.now + delay, descriptor: descriptor, generation: connections[Int(descriptor)].generation)
        delayedCount += 1
        record.setWaiting(delayedCount)
    }

    private func answerDelayed() {
        let now = Monotonic.now
        while delayedCount > 0, delayed[firstDelayed].due <= now {
            let next = delayed[firstDelayed]
            firstDelayed = (firstDelayed + 1) % Self.maximumConnections
            delayedCount -= 1
            if connections[Int(next.descriptor)].generation == next.generation { send(to: next.descriptor) }
        }
        record.setWaiting(delayedCount)
    }

    private func send(to descriptor: Int32) {
        // A hundred bytes always find room in the socket of a client that has read the answers before.
        let count = Glibc.send(descriptor, Self.answer, Self.answer.count, Int32(MSG_NOSIGNAL))
        if count != Self.answer.count { end(descriptor) }
    }

    private func end(_ descriptor: Int32) {
        close(descriptor)
        connections[Int(descriptor)].generation &+= 1
        connections[Int(descriptor)].used = 0
    }

    private func watch(_ descriptor: Int32) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = UInt64(descriptor)
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    private func makeNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
}
