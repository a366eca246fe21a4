import Foundation

@testable import PusherService

/// A blocking connection to a Unix socket, for saying exactly these bytes. Use it on a thread of its own.
final class RawConnection {
    private let descriptor: CInt

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard var address = UnixAddress.make(path), UnixAddress.with(&address, { connect(descriptor, $0, $1) }) == 0
        else {
            throw Failure(text: "connect: \(SystemError.text(errno))")
        }
    }

    deinit { close(descriptor) }

    struct Failure: Error { let text: String }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var position = 0
        while position < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + position, bytes.count - position, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(text: "send: \(SystemError.text(errno))") }
            position += count
        }
    }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether the server has said anything that is not read yet.
    var hasAnswer: Bool {
        var descriptor = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }

    /// Everything until the server closes.
    func readToEnd() throws -> String {
        var bytes: [UInt8] = []
        while let more = try read() { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What has come once it contains a text.
    func read(until text: String) throws -> String {
        var bytes: [UInt8] = []
        while true {
            let seen = String(decoding: bytes, as: UTF8.self)
            if seen.contains(text) { return seen }
            guard let more = try read() else { throw Failure(text: "closed after: \(seen)") }
            bytes += more
        }
    }

    private func read() throws -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count: Int
        // With a limit of time it is not begun again by itself once the process was stopped for a moment.
        repeat { count = recv(descriptor, &chunk, chunk.count, 0) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw Failure(text: "recv: \(SystemError.text(errno))") }
        return count == 0 ? nil : Array(chunk[..<count])
    }
}

/// Runs what blocks on a thread of its own, out of the way of the few threads tasks have.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}
