import CLinux
import Glibc
import SidecarHarness

/// Sends requests over a few connections to the sidecar's socket, on the thread that calls it: what is left of the
/// processors belongs to what is measured.
final class LoadGenerator<Source: RequestSource> {
    private var connections: [LoadConnection]
    private var idle: [Int]
    private let descriptors: UnsafeMutablePointer<pollfd>

    private let source: Source

    init(_ source: Source, socketPath: String, connections count: Int) throws {
        precondition(count <= LoadPace.maximumConnections)
        self.source = source
        connections = try (0..<count).map { _ in
            try LoadConnection(path: socketPath, capacity: source.longestRequest)
        }
        for connection in connections { source.prepare(connection.buffer) }
        idle = Array((0..<count).reversed())
        descriptors = .allocate(capacity: count)
    }

    deinit {
        for connection in connections { connection.end() }
        descriptors.deallocate()
    }

    /// Sends all that the source has and waits for the answers.
    /// - Returns: Requests and items sent.
    @discardableResult
    func run(_ pace: LoadPace = LoadPace()) throws -> (requests: Int, items: Int) {
        let start = Monotonic.now
        var requests = 0
        var items = 0
        var isAtEnd = false
        var receivedItems = 0
        var lastLook: UInt64 = 0
        // Whether a request became due while all connections were busy: it then counts as sent when it was due.
        var isLate = false
        while true {
            var now = Monotonic.now
            if now >= pace.deadline { isAtEnd = true }
            var wait: UInt64 = 1_000_000_000
            while !isAtEnd {
                if let outstanding = pace.outstanding, items - receivedItems >= outstanding {
                    if now - lastLook >= pace.pollInterval {
                        receivedItems = try pace.received()
                        now = Monotonic.now
                        lastLook = now
                    }
                    guard items - receivedItems < outstanding else {
                        wait = pace.pollInterval
                        break
                    }
                }
                var due = now
                if let rate = pace.rate {
                    due = start + UInt64(Double(requests) / rate * 1e9)
                    guard due <= now else {
                        wait = due - now
                        isLate = false
                        break
                    }
                }
                guard let index = idle.popLast() else {
                    isLate = pace.rate != nil
                    break
                }
                guard let next = source.next(into: connections[index].buffer) else {
                    isAtEnd = true
                    idle.append(index)
                    break
                }
                source.sent(at: isLate ? due : now)
                try connections[index].begin(size: next.size)
                requests += 1
                items += next.items
            }
            if isAtEnd, idle.count == connections.count { return (requests, items) }
            try exchange(wait: wait)
        }
    }

    /// Waits for answers, or for room to send, and takes them.
    private func exchange(wait: UInt64) throws {
        for (index, connection) in connections.enumerated() {
            descriptors[index] = pollfd(
                fd: connection.descriptor, events: Int16(connection.isSending ? POLLOUT | POLLIN : POLLIN), revents: 0)
        }
        var limit = timespec(tv_sec: Int(wait / 1_000_000_000), tv_nsec: Int(wait % 1_000_000_000))
        guard ppoll(descriptors, nfds_t(connections.count), &limit, nil) > 0 else { return }
        for index in connections.indices where descriptors[index].revents != 0 {
            if connections[index].isSending { try connections[index].send() }
            if Int32(descriptors[index].revents) & (POLLIN | POLLHUP | POLLERR) != 0,
                try connections[index].receive()
            {
                idle.append(index)
            }
        }
    }
}
