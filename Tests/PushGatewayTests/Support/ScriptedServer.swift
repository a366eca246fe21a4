import Foundation
import Glibc
import Synchronization

/// A TCP server on 127.0.0.1 that answers requests as it is told, one thread per connection.
final class ScriptedServer: Sendable {
    /// What to do after reading a request.
    enum Reply: Sendable {
        /// Write these bytes and read the next request.
        case answer(String)
        /// Write these bytes and close the connection in order.
        case answerThenClose(String)
        /// Write these bytes and reset the connection.
        case answerThenReset(String)
        /// Write these bytes and then nothing until the client goes away.
        case answerThenStall(String)
        /// Write these bytes, end this direction of the connection, and wait for the client to go away.
        case answerThenHalfClose(String)
        /// Write these bytes and then pass on everything between the client and a port of this machine.
        case answerThenRelay(String, port: Int)
        /// Write the first bytes, then the others so many times with a pause before each, and close the connection in order.
        case answerThenRepeat([UInt8], [UInt8], times: Int = .max, pause: Duration = .zero)
    }

    struct Request: Sendable {
        var head: String
        var body: [UInt8]
        /// Number of the connection it came on, from 0.
        var connection: Int

        func header(_ name: String) -> String? {
            let lines = head.components(separatedBy: "\r\n").dropFirst()
            let line = lines.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            return line.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    private struct State: Sendable {
        var requests: [Request] = []
        var connectionCount = 0
        var bytesWritten = 0
        /// Descriptors that are open: a closed one's number may be another test's by now.
        var open: Set<Int32> = []
        var isStopped = false
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())
    private let greeting: Reply
    private let script: @Sendable (_ index: Int, _ request: Request) -> Reply

    /// - Parameter greeting: What a connection begins with, before any request.
    init(
        greeting: Reply = .answer(""), script: @escaping @Sendable (_ index: Int, _ request: Request) -> Reply
    ) throws {
        self.greeting = greeting
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let listener = listener
        let bound = Self.withLoopbackAddress(port: 0) { address, size in
            var size = size
            return bind(listener, address, size) == 0 && listen(listener, 128) == 0
                && getsockname(listener, address, &size) == 0
        }
        guard bound.isDone else { throw POSIXError(.EADDRINUSE) }
        port = bound.port
        state.withLock { _ = $0.open.insert(listener) }
        Thread.detachNewThread { [self] in acceptConnections() }
    }

    /// A server that gives the same reply to every request.
    convenience init(_ reply: Reply) throws {
        try self.init { _, _ in reply }
    }

    var requests: [Request] { state.withLock { $0.requests } }
    /// What the system took of what was written on all connections.
    var bytesWritten: Int { state.withLock { $0.bytesWritten } }
    var connectionCount: Int { state.withLock { $0.connectionCount } }

    /// Returns when this many requests have come in.
    func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests.count < count { state.waiters.append((count, continuation)) }
                return state.requests.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    /// Ends the listener and every connection.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptConnections() {
        defer { closeDescriptor(listener) }
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let number = state.withLock { state -> Int? in
                guard !state.isStopped else { return nil }
                state.open.insert(connection)
                state.connectionCount += 1
                return state.connectionCount - 1
            }
            guard let number else {
                close(connection)
                return
            }
            Thread.detachNewThread { [self] in serve(connection, number: number) }
        }
    }

    private func closeDescriptor(_ descriptor: Int32) {
        state.withLock { state in
            state.open.remove(descriptor)
            close(descriptor)
        }
    }

    private func serve(_ connection: Int32, number: Int) {
        defer { closeDescriptor(connection) }
        guard perform(greeting, on: connection) else { return }
        var input: [UInt8] = []
        while let request = readRequest(connection, &input, number: number) {
            let (index, ready) = state.withLock { state in
                state.requests.append(request)
                let count = state.requests.count
                let ready = state.waiters.filter { $0.count <= count }
                state.waiters.removeAll { $0.count <= count }
                return (count - 1, ready)
            }
            for waiter in ready { waiter.continuation.resume() }
            guard perform(script(index, request), on: connection) else { return }
        }
    }

    /// - Returns: Whether the connection goes on.
    private func perform(_ reply: Reply, on connection: Int32) -> Bool {
        switch reply {
        case .answer(let text):
            return write(text.utf8, to: connection)
        case .answerThenClose(let text):
            write(text.utf8, to: connection)
        case .answerThenReset(let text):
            write(text.utf8, to: connection)
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        case .answerThenStall(let text):
            write(text.utf8, to: connection)
            waitForEnd(of: connection)
        case .answerThenHalfClose(let text):
            write(text.utf8, to: connection)
            shutdown(connection, Int32(SHUT_WR))
            waitForEnd(of: connection)
        case .answerThenRelay(let text, let port):
            write(text.utf8, to: connection)
            relay(connection, port: port)
        case .answerThenRepeat(let start, let bytes, let times, let pause):
            var isOpen = write(start, to: connection)
            var count = 0
            while isOpen, count < times {
                if pause > .zero { Thread.sleep(forTimeInterval: pause / .seconds(1)) }
                isOpen = write(bytes, to: connection)
                count += 1
            }
        }
        return false
    }

    private func relay(_ connection: Int32, port: Int) {
        let target = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(target) }
        guard Self.withLoopbackAddress(port: port, { connect(target, $0, $1) == 0 }).isDone else { return }
        let backward = DispatchGroup()
        backward.enter()
        Thread.detachNewThread {
            Self.copy(from: target, to: connection)
            backward.leave()
        }
        Self.copy(from: connection, to: target)
        backward.wait()
    }

    /// Passes on what comes until either side ends, and then ends both.
    private static func copy(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }

    /// - Returns: What the body said, and the address's port after it.
    private static func withLoopbackAddress(
        port: Int, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Bool
    ) -> (isDone: Bool, port: Int) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isDone = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return (isDone, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func waitForEnd(of connection: Int32) {
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    private func readRequest(_ connection: Int32, _ input: inout [UInt8], number: Int) -> Request? {
        let separator = Data("\r\n\r\n".utf8)
        while true {
            if let end = Data(input).range(of: separator) {
                let head = String(decoding: input[..<end.lowerBound], as: UTF8.self)
                var request = Request(head: head, body: [], connection: number)
                let length = request.header("Content-Length").flatMap(Int.init) ?? 0
                if input.count >= end.upperBound + length {
                    request.body = Array(input[end.upperBound..<end.upperBound + length])
                    input.removeFirst(end.upperBound + length)
                    return request
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            input += buffer[..<count]
        }
    }

    @discardableResult
    private func write(_ bytes: some Collection<UInt8>, to connection: Int32) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            state.withLock { $0.bytesWritten += count }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// Renders an HTTP answer with its length.
func httpAnswer(_ status: String = "200 OK", headers: [String] = [], _ body: String = "{\"rejected\":[]}") -> String {
    let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "", body]
    return lines.joined(separator: "\r\n")
}
