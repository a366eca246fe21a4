import Glibc
import SidecarHarness

/// One connection to the sidecar's socket: a request at a time, its answer read to the end.
struct LoadConnection {
    let descriptor: Int32
    let buffer: UnsafeMutablePointer<UInt8>
    private let answer: UnsafeMutablePointer<UInt8>
    private var answerSize = 0
    private var size = 0
    private var sentSize = 0

    private static let answerCapacity = 65_536

    init(path: String, capacity: Int) throws {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isLong = withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: path.utf8.prefix(bytes.count - 1))
            return path.utf8.count >= bytes.count
        }
        let result = withUnsafeBytes(of: &address) {
            connect(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        guard result == 0, !isLong else {
            throw HarnessError("cannot connect to \(path): \(String(cString: strerror(errno)))")
        }
        self.descriptor = descriptor
        buffer = .allocate(capacity: capacity)
        answer = .allocate(capacity: Self.answerCapacity)
    }

    func end() {
        close(descriptor)
        buffer.deallocate()
        answer.deallocate()
    }

    /// Whether part of the request is still to be sent.
    var isSending: Bool { sentSize < size }

    mutating func begin(size: Int) throws {
        self.size = size
        sentSize = 0
        answerSize = 0
        try send()
    }

    mutating func send() throws {
        while isSending {
            let count = Glibc.send(descriptor, buffer + sentSize, size - sentSize, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            guard count > 0 else { throw HarnessError("the sidecar closed a connection") }
            sentSize += count
        }
    }

    /// Reads what has come.
    /// - Returns: Whether the answer is whole.
    /// - Throws: ``HarnessError`` for any answer but a 200 that rejects nothing.
    mutating func receive() throws -> Bool {
        let count = recv(descriptor, answer + answerSize, Self.answerCapacity - answerSize, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        guard count > 0 else { throw HarnessError("the sidecar closed a connection") }
        answerSize += count
        let bytes = UnsafeBufferPointer(start: answer, count: answerSize)
        guard let parts = RequestScan.size(of: bytes) else { return false }
        let isAccepted = memcmp(answer, "HTTP/1.1 200", 12) == 0
        // Only what was rejected is listed as objects.
        let isRejecting = bytes.indices.dropLast().contains {
            bytes[$0] == UInt8(ascii: "[") && bytes[$0 + 1] == UInt8(ascii: "{")
        }
        guard isAccepted, !isRejecting else {
            let text = String(decoding: bytes.prefix(min(answerSize, parts.head + 300)), as: UTF8.self)
            throw HarnessError("the sidecar answered: \(text)")
        }
        return true
    }
}
