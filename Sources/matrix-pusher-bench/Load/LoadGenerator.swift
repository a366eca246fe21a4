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

    private struct Progress {
        let start = Monotonic.now
        var requests = 0
        var items = 0
        /// Nothing more is to be sent.
        var isAtEnd = false
        /// Whether a request became due while all connections were busy: it then counts as sent when it was due.
        var isLate = false
        /// What the gateway had received at the last look.
        var received = 0
        var lastLook: UInt64 = 0
    }

    /// Sends all that the source has and waits for the answers.
    /// - Returns: Requests and items sent.
    @discardableResult
    func run(_ pace: LoadPace = LoadPace()) throws -> (requests: Int, items: Int) {
        var progress = Progress()
        while true {
            let wait = try sendDue(pace, &progress)
            if progress.isAtEnd, idle.count == connections.count { return (progress.requests, progress.items) }
            try exchange(wait: wait)
        }
    }

    /// Sends what may be sent now.
    /// - Returns: Nanoseconds until there is something to do again, if no answer comes before.
    private func sendDue(_ pace: LoadPace, _ progress: inout Progress) throws -> UInt64 {
        while !progress.isAtEnd {
            let now = Monotonic.now
            guard now < pace.deadline else {
                progress.isAtEnd = true
                break
            }
            guard try hasRoom(pace, &progress, now) else { return pace.pollInterval }
            let due = pace.rate.map { progress.start + UInt64(Double(progress.requests) / $0 * 1e9) } ?? now
            guard due <= now else {
                progress.isLate = false
                return due - now
            }
            guard let index = idle.popLast() else {
                progress.isLate = pace.rate != nil
                break
            }
            guard let next = source.next(into: connections[index].buffer) else {
                progress.isAtEnd = true
                idle.append(index)
                break
            }
            source.sent(at: progress.isLate ? due : now)
            try connections[index].begin(size: next.size)
            progress.requests += 1
            progress.items += next.items
        }
        return Self.longestWait
    }

    private static var longestWait: UInt64 { 100_000_000 }

    /// Whether the gateway has received enough of what was sent.
    private func hasRoom(_ pace: LoadPace, _ progress: inout Progress, _ now: UInt64) throws -> Bool {
        guard let outstanding = pace.outstanding, progress.items - progress.received >= outstanding else { return true }
        guard now - progress.lastLook >= pace.pollInterval else { return false }
        progress.received = try pace.received()
        progress.lastLook = now
        return progress.items - progress.received < outstanding
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
