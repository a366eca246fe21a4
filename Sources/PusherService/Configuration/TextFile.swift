internal import Glibc

/// Reads small text files.
enum TextFile {
    /// A configuration is a few kilobytes; what is larger was given by mistake.
    static let largest = 1 << 20

    /// The text of a UTF-8 file of at most ``largest`` bytes, without a byte order mark.
    static func read(_ path: String) throws(FileError) -> String {
        var bytes = try readBytes(path, upTo: largest)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileError("\(path) is not UTF-8 text") }
        return text
    }

    /// The bytes of a file.
    /// - Parameter limit: The most there may be, a whole number of MiB.
    static func readBytes(_ path: String, upTo limit: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("cannot read \(path): \(SystemError.text(errno))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FileError("cannot read \(path): \(SystemError.text(errno))")
            }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw FileError("\(path) is larger than \(limit >> 20) MiB") }
        }
        return bytes
    }
}

/// Why a file could not be read; names it.
struct FileError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
