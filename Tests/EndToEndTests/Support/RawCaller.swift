import Glibc
import SidecarHarness
import Testing

/// A connection to the sidecar's socket that says exactly these bytes, at its own pace.
///
/// For one task at a time.
final class RawCaller {
    private let descriptor: Int32
    private(set) var received: [UInt8] = []
    /// The sidecar has closed the connection.
    private(set) var isClosed = false

    /// - Parameter waits: In line, where that is full.
    init(_ path: String, waits: Bool = true) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if !waits { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafeBytes(of: &address) { bytes in
            connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
        }
        guard isConnected else { throw HarnessError("connect: \(String(cString: strerror(errno)))") }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// Sends what the socket takes at once; returns how much that was.
    @discardableResult
    func push(_ bytes: [UInt8]) -> Int {
        max(0, bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) })
    }

    @discardableResult
    func push(_ text: String) -> Int { push(Array(text.utf8)) }

    /// Sends everything.
    func say(_ text: String, within limit: Duration = .seconds(20)) async throws {
        var rest = Array(text.utf8)[...]
        try await waitUntil("the sidecar to read", within: limit) {
            rest = rest.dropFirst(push(Array(rest)))
            return rest.isEmpty
        }
    }

    /// Reads what is there.
    func read() {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while !isClosed {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count > 0 {
                received += chunk[..<count]
            } else if count < 0, errno == EAGAIN || errno == EINTR {
                return
            } else {
                isClosed = true
            }
        }
    }

    var text: String { String(decoding: received, as: UTF8.self) }

    /// Waits until the sidecar has said something that contains a text.
    func hear(_ expected: String, within limit: Duration = .seconds(20)) async throws {
        try await waitUntil("\"\(expected)\", not \(text.suffix(300))", within: limit) {
            read()
            return text.contains(expected)
        }
    }

    /// Waits until the sidecar closes.
    func hearTheEnd(within limit: Duration = .seconds(20)) async throws {
        try await waitUntil("the end of the connection", within: limit) {
            read()
            return isClosed
        }
    }

    /// Lets this process have as many files open as it may.
    static func raiseOpenFiles() -> Int {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        getrlimit(files, &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(files, &limit)
        return Int(clamping: limit.rlim_cur)
    }
}

extension Bench {
    /// The sidecar's resident memory, MiB.
    func residentMemory() throws -> Int {
        let processID = try #require(sidecar.processID)
        let file = open("/proc/\(processID)/status", O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = Glibc.read(file, &bytes, bytes.count)
        let lines = String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber))) / 1024
    }
}
