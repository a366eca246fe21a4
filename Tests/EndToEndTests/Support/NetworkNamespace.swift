import SidecarHarness

/// A network of a process's own without any device that is up: no packet leaves it.
enum NetworkNamespace {
    /// What a program is started with to have one; nil where this machine does not permit it.
    static func launcher() async throws -> [String]? {
        let command = ["/usr/bin/unshare", "--user", "--map-root-user", "--net"]
        let folder = try TemporaryFolder(prefix: "matrix-pusher-namespace")
        defer { folder.remove() }
        let probe = try? ChildProcess(
            executable: command[0], arguments: command.dropFirst() + ["true"], outputPath: folder.file("out"),
            errorPath: folder.file("err"))
        return try await probe?.waitForExit() == .code(0) ? command : nil
    }
}
