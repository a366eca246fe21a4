internal import Glibc
internal import MatrixPusher
internal import PushJSON

/// Asks a running sidecar over its socket, one request per connection. Blocks the calling thread.
struct SidecarClient {
    let socketPath: String

    /// Longest wait for the sidecar to go on with its answer, seconds.
    private static let timeout = 30
    /// Largest answer that is read, bytes.
    private static let largestAnswer = 1 << 28

    /// The answer to `GET target`; nil when nobody answers on the socket.
    /// - Throws: what the sidecar answers in place of what was asked for; `unavailable` when the talk fails.
    func get(_ target: String) throws(PusherError) -> JSONDocument? { try send("GET", target) }

    /// The answer to a request without a body; nil when nobody answers on the socket.
    /// - Throws: as ``get(_:)``.
    func send(_ method: String, _ target: String) throws(PusherError) -> JSONDocument? {
        guard let descriptor = try connected() else { return nil }
        defer { close(descriptor) }
        let length = method == "GET" ? "" : "Content-Length: 0\r\n"
        try send(
            "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(length)Connection: close\r\n\r\n", to: descriptor)
        let answer = try SidecarAnswer(try receive(from: descriptor))
        let document: JSONDocument
        do { document = try JSONDocument(parsing: answer.body) } catch {
            throw PusherError(.unavailable, "the sidecar's answer is not JSON: \(error)")
        }
        guard answer.status == 200 else { throw Self.refusal(document.root, answer.status) }
        return document
    }

    private static func refusal(_ root: JSONValue, _ status: Int) -> PusherError {
        let code = root["errcode"]?.string.flatMap(PusherError.Code.init(rawValue:)) ?? .unavailable
        return PusherError(code, root["error"]?.string ?? "the sidecar answers with status \(status)")
    }

    // MARK: Socket

    private func connected() throws(PusherError) -> CInt? {
        guard var address = UnixAddress.make(socketPath) else { return nil }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("cannot make a socket") }
        var patience = timeval(tv_sec: Self.timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        var problem: CInt = 0
        repeat {
            if UnixAddress.with(&address, { connect(descriptor, $0, $1) }) == 0 { return descriptor }
            problem = errno
        } while problem == EINTR
        close(descriptor)
        if problem == ENOENT || problem == ECONNREFUSED || problem == ENOTSOCK { return nil }
        errno = problem
        throw failure("cannot connect to")
    }

    private func send(_ request: String, to descriptor: CInt) throws(PusherError) {
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw failure("cannot write to")
            }
            rest = rest.dropFirst(count)
        }
    }

    private func receive(from descriptor: CInt) throws(PusherError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                if errno == EAGAIN { throw PusherError(.unavailable, "the sidecar on \(socketPath) does not answer") }
                throw failure("cannot read from")
            }
            bytes += chunk[..<count]
            guard bytes.count <= Self.largestAnswer else {
                throw PusherError(.unavailable, "the sidecar's answer is too large")
            }
        }
    }

    private func failure(_ what: String) -> PusherError {
        PusherError(.unavailable, "\(what) \(socketPath): \(SystemError.text(errno))")
    }
}
