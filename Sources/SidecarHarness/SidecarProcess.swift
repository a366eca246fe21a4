package import Glibc
internal import Synchronization

/// A sidecar in a process of its own, with its socket, database and configuration in a temporary folder.
package final class SidecarProcess: Sendable {
    package let executable: String
    package let folder: TemporaryFolder
    package let client: SidecarClient
    private let process = Mutex<ChildProcess?>(nil)
    private let commandNumber = Atomic(0)
    private let launcher: [String]
    private let environment: [String: String]

    /// - Parameters:
    ///   - configuration: YAML; the paths of the socket and the database are given as flags.
    ///   - launcher: A program, with arguments, that becomes the sidecar: it gets the sidecar's command line.
    ///   - environment: Variables that only the serving process gets.
    package init(
        executable: String, folder: TemporaryFolder, configuration: String, launcher: [String] = [],
        environment: [String: String] = [:]
    ) throws(HarnessError) {
        self.executable = executable
        self.folder = folder
        self.launcher = launcher
        self.environment = environment
        client = SidecarClient(socketPath: folder.file("pusher.sock"))
        try configure(configuration)
    }

    package var socketPath: String { folder.file("pusher.sock") }
    package var databasePath: String { folder.file("queue.db") }
    package var configurationPath: String { folder.file("pusher.yaml") }
    /// What the sidecar has written to its standard output and error.
    package var output: String { folder.read("serve.out") + folder.read("serve.err") }
    package var processID: pid_t? { process.withLock { $0?.processID } }

    /// Writes another configuration for the next start.
    package func configure(_ configuration: String) throws(HarnessError) {
        try folder.write(configuration + "\n", to: "pusher.yaml")
    }

    private var serveArguments: [String] {
        ["serve", "--config", configurationPath, "--socket", socketPath, "--database", databasePath]
    }

    /// Starts the process without waiting for anything.
    package func launch() throws(HarnessError) {
        let command = launcher + [executable] + serveArguments
        let child = try ChildProcess(
            executable: command[0], arguments: Array(command.dropFirst()), environment: environment,
            outputPath: folder.file("serve.out"), errorPath: folder.file("serve.err"))
        process.withLock { $0 = child }
    }

    /// Starts the process and waits until it answers.
    /// - Throws: ``HarnessError`` with what the process wrote when it ends before or does not answer in time.
    package func start(within limit: Duration = .seconds(15)) async throws {
        try launch()
        do {
            try await waitUntil("the sidecar to answer on its socket", within: limit) {
                if let exit = process.withLock({ $0?.exitStatus }) { throw HarnessError("the sidecar ended: \(exit)") }
                return (try? await client.get("/health"))?.status == 200
            }
        } catch {
            kill()
            throw HarnessError("\(error)\n\(output)")
        }
    }

    /// Ends the process with SIGKILL and waits until it is gone.
    package func kill() {
        process.withLock { $0?.kill() }
    }

    /// Ends the process with SIGKILL and waits until the gateways have seen the last of it.
    package func crash(seenBy log: GatewayLog) async throws -> DeliveryAudit.Crash {
        let killedAt = ContinuousClock.now
        kill()
        try await waitUntil("the gateways to see the end of the killed process") { log.openConnections == 0 }
        return DeliveryAudit.Crash(killedAt: killedAt, goneAt: .now)
    }

    /// Sends a signal to the process.
    package func send(_ signal: Int32) {
        process.withLock { $0?.send(signal) }
    }

    /// Asks the process to end with SIGTERM.
    package func stop(within limit: Duration = .seconds(20)) async throws -> ChildProcess.Exit {
        send(SIGTERM)
        return try await waitForExit(within: limit)
    }

    /// Waits for the end of the process.
    package func waitForExit(within limit: Duration = .seconds(20)) async throws -> ChildProcess.Exit {
        guard let child = process.withLock({ $0 }) else { throw HarnessError("the sidecar is not running") }
        return try await child.waitForExit(within: limit)
    }

    /// What a command of the program printed, and how it ended.
    package struct CommandResult: Sendable {
        package let exit: ChildProcess.Exit
        package let output: String
        package let errors: String
    }

    /// Runs another command of the program to its end.
    package func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:],
        within limit: Duration = .seconds(15)
    ) async throws -> CommandResult {
        let number = commandNumber.add(1, ordering: .relaxed).newValue
        let inputPath = try folder.write(input, to: "command-\(number).in")
        let child = try ChildProcess(
            executable: executable, arguments: arguments, environment: environment, inputPath: inputPath,
            outputPath: folder.file("command-\(number).out"), errorPath: folder.file("command-\(number).err"))
        defer { child.kill() }
        let exit = try await child.waitForExit(within: limit)
        return CommandResult(
            exit: exit, output: folder.read("command-\(number).out"), errors: folder.read("command-\(number).err"))
    }
}
