import Glibc
import PushJSON
import SidecarHarness

/// A caller that keeps its connection to the sidecar's socket open. Blocks its thread while it waits, at most ten seconds.
final class OpenCaller {
    private let descriptor: Int32

    init(_ sidecar: SidecarProcess) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: sidecar.socketPath.utf8.prefix($0.count - 1))
        }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw HarnessError("cannot connect: \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(descriptor)
    }

    /// Sends bytes and waits for nothing.
    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends one request and reads its answer.
    func send(_ method: String, _ target: String, _ body: String = "") throws -> (status: Int, json: JSONValue?) {
        write("\(method) \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw HarnessError("no answer to \(method) \(target)") }
            received += chunk.prefix(count)
            let text = String(decoding: received, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n"),
                let length = text[..<end.lowerBound].lowercased().split(separator: "\r\n")
                    .first(where: { $0.hasPrefix("content-length:") }).flatMap({
                        Int($0.dropFirst(15).drop { $0 == " " })
                    })
            else { continue }
            let answer = Array(text[end.upperBound...].utf8)
            guard answer.count >= length else { continue }
            return (Int(text.dropFirst(9).prefix(3)) ?? 0, try? JSONDocument(parsing: answer).root)
        }
    }
}
