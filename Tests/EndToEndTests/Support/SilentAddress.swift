import Glibc
import SidecarHarness

/// An address that swallows whatever is sent to connect to it: a listener that accepts nobody, whose queue is full.
final class SilentAddress {
    private var sockets: [Int32] = []

    /// - Parameter lastByte: Of the address in 127.0.0.0/24.
    init(_ lastByte: UInt8, port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7F00_0000 | UInt32(lastByte)).bigEndian
        let listener = try open()
        guard Self.call(bind, listener, address) == 0, listen(listener, 0) == 0 else {
            throw HarnessError("cannot listen: \(String(cString: strerror(errno)))")
        }
        // More than the queue takes; they need not be done.
        for _ in 0..<4 { _ = Self.call(connect, try open(), address) }
    }

    deinit {
        for socket in sockets { close(socket) }
    }

    private func open() throws -> Int32 {
        let descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessError("no socket: \(String(cString: strerror(errno)))") }
        sockets.append(descriptor)
        return descriptor
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ socket: Int32, _ address: sockaddr_in
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
