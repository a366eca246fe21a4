import Glibc
import SidecarHarness

/// A copy of libdispatch whose constants can be written.
///
/// libdispatch parks the main thread in `sigsuspend` with a constant mask; valgrind 3.19 changes that mask where it stands,
/// and dies. Nothing else is different in the copy.
enum WritableLibrary {
    private static let name = "libdispatch.so"
    private static let loadSegment: UInt32 = 1
    private static let writable: UInt32 = 2

    /// Makes the copy of what this process has loaded; a process with `LD_LIBRARY_PATH` at the folder uses it.
    static func copyDispatch(to folder: TemporaryFolder) throws {
        var bytes = try File.read(try loadedPath())
        guard bytes.count > 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            throw HarnessError("\(name) is no 64-bit ELF file")
        }
        bytes.withUnsafeMutableBytes { file in
            let headers = Int(file.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
            let size = Int(file.loadUnaligned(fromByteOffset: 54, as: UInt16.self))
            let count = Int(file.loadUnaligned(fromByteOffset: 56, as: UInt16.self))
            for header in stride(from: headers, to: headers + size * count, by: size)
            where header + 8 <= file.count && file.loadUnaligned(fromByteOffset: header, as: UInt32.self) == loadSegment
            {
                let flags = file.loadUnaligned(fromByteOffset: header + 4, as: UInt32.self)
                file.storeBytes(of: flags | writable, toByteOffset: header + 4, as: UInt32.self)
            }
        }
        try File.write(bytes, to: folder.file(name))
    }

    private static func loadedPath() throws -> String {
        let maps = String(decoding: try File.read("/proc/self/maps"), as: UTF8.self)
        guard let line = maps.split(separator: "\n").first(where: { $0.hasSuffix("/\(name)") }),
            let start = line.firstIndex(of: "/")
        else { throw HarnessError("\(name) is not loaded") }
        return String(line[start...])
    }
}
