import Glibc
import SidecarHarness

/// Another program, run as a child: it ends with this one, and its output is kept in a folder.
final class Helper {
    private let child: ChildProcess
    private let folder: TemporaryFolder
    private let name: String

    var processID: pid_t { child.processID }
    var output: String { folder.read("\(name).out") }
    var errors: String { folder.read("\(name).err") }

    /// - Parameter name: Of the files with its output.
    init(_ executable: String, _ arguments: [String], name: String, in folder: TemporaryFolder) throws {
        self.folder = folder
        self.name = name
        // Output is appended: that of an earlier one of this name must not be taken for this one's.
        for ending in ["out", "err"] { unlink(folder.file("\(name).\(ending)")) }
        child = try ChildProcess(
            executable: executable, arguments: arguments,
            outputPath: folder.file("\(name).out"), errorPath: folder.file("\(name).err"))
        Leftovers.add(child.processID)
    }

    var hasEnded: Bool { child.exitStatus != nil }

    /// Waits for its end and returns what it wrote to standard output.
    func finish(within limit: Duration) async throws -> String {
        defer { end() }
        let exit = try await child.waitForExit(within: limit)
        guard exit == .code(0) else { throw HarnessError("\(name) ended with \(exit)\n\(output)\(errors)") }
        return output
    }

    /// Asks it to end, and kills it when it does not within two seconds.
    func end(_ signal: Int32 = SIGTERM) {
        child.send(signal)
        let deadline = Monotonic.now + 2_000_000_000
        while !hasEnded, Monotonic.now < deadline { usleep(2000) }
        child.kill()
        Leftovers.forget(child.processID)
    }

    /// The first program of this name in the usual folders.
    static func find(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/sbin"]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
