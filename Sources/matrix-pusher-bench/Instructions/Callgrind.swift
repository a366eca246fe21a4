import SidecarHarness

/// Counts the instructions of a program with valgrind.
struct Callgrind {
    static var isAvailable: Bool { Helper.find("valgrind") != nil }

    /// For the count and what valgrind needs; whoever made it removes it.
    let folder: TemporaryFolder
    /// The command that runs the program; its own arguments follow.
    let command: [String]

    private static let count = "callgrind.out"

    init(_ program: String, in folder: TemporaryFolder) async throws {
        guard let valgrind = Helper.find("valgrind"), let env = Helper.find("env") else {
            throw HarnessError("valgrind is not installed")
        }
        guard let strip = Helper.find("strip") ?? Helper.find("llvm-strip") else {
            throw HarnessError("neither strip (binutils) nor llvm-strip is installed")
        }
        self.folder = folder
        try WritableLibrary.copyDispatch(to: folder)
        // Debugging information as Swift writes it ends valgrind.
        let stripping = try Helper(
            strip, ["--strip-debug", "-o", folder.file("program"), program], name: "strip", in: folder)
        _ = try await stripping.finish(within: .seconds(60))
        command = [
            env, "LD_LIBRARY_PATH=\(folder.path)", valgrind, "--tool=callgrind", "--quiet",
            "--callgrind-out-file=\(folder.file(Self.count))", folder.file("program"),
        ]
    }

    /// Instructions of the program, which has ended.
    func instructions() throws -> Int {
        guard let line = folder.read(Self.count).split(separator: "\n").last(where: { $0.hasPrefix("totals:") }),
            let count = line.split(separator: " ").last.flatMap({ Int($0) })
        else { throw HarnessError("callgrind wrote no count") }
        return count
    }
}
