internal import Glibc

/// Standard output and standard error, unbuffered.
package struct StandardStream: Sendable {
    package static let output = StandardStream(descriptor: STDOUT_FILENO)
    package static let error = StandardStream(descriptor: STDERR_FILENO)

    private let descriptor: CInt

    /// Opens what the parent process has closed, so that no file opened later takes its number and gets what is written.
    package static func ensureOpen() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// How a write ended.
    package enum Outcome: Sendable, Equatable {
        case written
        /// Nobody reads any more.
        case closed
        /// The system's words.
        case failed(String)
    }

    /// Writes all bytes, in one system call where the system allows.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Outcome {
        var position = 0
        while position < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + position, bytes.count - position)
            }
            if count >= 0 {
                position += count
            } else if errno == EPIPE {
                return .closed
            } else if errno != EINTR {
                return .failed(SystemError.text(errno))
            }
        }
        return .written
    }
}
