import Glibc
import SidecarHarness
import Testing

/// What the sidecar's process uses of the machine, by `/proc`.
struct ProcessUsage {
    /// Processor time, user and system.
    let processor: Duration
    let threads: Int
    /// Resident memory, bytes.
    let memory: Int
    let openFiles: Int
    private let files: [Int]

    init(of sidecar: SidecarProcess) throws {
        let process = try #require(sidecar.processID)
        let stat = try Self.read("/proc/\(process)/stat")
        // The second field, a name in parentheses, may have spaces.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let ticks = try #require(Int(fields[12])) + #require(Int(fields[13]))
        processor = .milliseconds(ticks * 1000 / sysconf(Int32(_SC_CLK_TCK)))
        threads = try #require(Int(fields[18]))
        memory = try #require(Int(fields[22])) * sysconf(Int32(_SC_PAGESIZE))
        var files: [Int] = []
        let folder = try #require(opendir("/proc/\(process)/fd"))
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let number = Int(name) { files.append(number) }
        }
        self.files = files
        openFiles = files.count
    }

    /// The limit of descriptors below which so many are free.
    func limit(leaving count: Int) -> Int { (0...files.count + count).filter { !files.contains($0) }[count] }

    private static func read(_ path: String) throws -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        try #require(file >= 0, "\(path)")
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
