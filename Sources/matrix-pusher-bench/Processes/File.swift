import Glibc
import SidecarHarness

/// Whole files of bytes.
enum File {
    static func read(_ path: String) throws -> [UInt8] {
        guard let stream = fopen(path, "r") else { throw HarnessError("cannot read \(path)") }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, stream)
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let stream = fopen(path, "w") else { throw HarnessError("cannot write \(path)") }
        defer { fclose(stream) }
        guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw HarnessError("cannot write \(path)") }
    }
}
