import Foundation
import PushJSON
import Synchronization

/// A push gateway on 127.0.0.1 that answers as a test says, a thread per connection.
final class ScriptedGateway: Sendable {
    enum Answer: Sendable {
        /// This status line's end, header lines and body.
        case status(String, headers: [String] = [], body: String = #"{"rejected":[]}"#)
        /// Nothing; the connection is closed.
        case hangUp
        /// Nothing, until the gateway is stopped.
        case silence

        static let ok = Answer.status("200 OK")
        static func rejecting(_ pushkey: String) -> Answer { .status("200 OK", body: #"{"rejected":["\#(pushkey)"]}"#) }
    }

    struct Received: Sendable {
        /// The request's JSON.
        var body: JSONValue
        var notification: JSONValue? { body["notification"] }
        var eventID: String? { notification?["event_id"]?.string }
        var pushkey: String? {
            var devices = notification?["devices"]?.elements
            return devices?.next()?["pushkey"]?.string
        }
    }

    private struct State: Sendable {
        var received: [Received] = []
        var connections: Set<Int32> = []
        var isStopped = false
        var waiters: [(isDone: @Sendable ([Received]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (_ index: Int, _ received: Received) -> Answer
    private let state = Mutex(State())

    init(_ answer: @escaping @Sendable (_ index: Int, _ received: Received) -> Answer) throws {
        self.answer = answer
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout.size(ofValue: address))
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return bind(listener, address, length) == 0 && listen(listener, 64) == 0
                && getsockname(listener, address, &length) == 0
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    convenience init(_ answer: Answer = .ok) throws {
        try self.init { _, _ in answer }
    }

    var url: String { "http://127.0.0.1:\(port)/_matrix/push/v1/notify" }
    var received: [Received] { state.withLock { $0.received } }

    /// Returns when this many requests have come.
    func wait(for count: Int) async {
        await wait { $0.count >= count }
    }

    /// Returns when what has come makes this true.
    func wait(until isDone: @escaping @Sendable ([Received]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let isThere = isDone(state.received)
                if !isThere { state.waiters.append((isDone, continuation)) }
                return isThere
            }
            if isThere { continuation.resume() }
        }
    }

    /// Ends all connections and takes no more.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
            return !state.isStopped
        }
        // Later the number may be that of another test's socket.
        if isFirst { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    // MARK: Threads

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            let isTaken = state.withLock { state in
                if connection >= 0, !state.isStopped { state.connections.insert(connection) }
                return !state.isStopped && connection >= 0
            }
            guard isTaken else {
                if connection >= 0 { close(connection) }
                break
            }
            Thread.detachNewThread { [self] in
                serve(connection)
                state.withLock { _ = $0.connections.remove(connection) }
                close(connection)
            }
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        while let body = readBody(connection, &buffer) {
            guard let document = try? JSONDocument(parsing: body) else { return }
            let received = Received(body: document.root)
            let index = state.withLock { state in
                state.received.append(received)
                return state.received.count - 1
            }
            resumeWaiters()
            let answer = answer(index, received)
            // What is waited for may be something that the answer's making has changed.
            resumeWaiters()
            switch answer {
            case .hangUp: return
            case .silence:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            case .status(let status, let headers, let body):
                let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers + ["", body]
                guard write(Array(lines.joined(separator: "\r\n").utf8), to: connection) else { return }
            }
        }
    }

    private func resumeWaiters() {
        let ready = state.withLock { state in
            let received = state.received
            let ready = state.waiters.filter { $0.isDone(received) }
            state.waiters.removeAll { $0.isDone(received) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Reads one request and returns its body; nil when the connection ends.
    private func readBody(_ connection: Int32, _ buffer: inout [UInt8]) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
                let head = String(decoding: buffer[..<end], as: UTF8.self).lowercased()
                let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                let length = line.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
                if buffer.count >= end + length {
                    defer { buffer.removeFirst(end + length) }
                    return Array(buffer[end..<end + length])
                }
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }

    private func write(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
