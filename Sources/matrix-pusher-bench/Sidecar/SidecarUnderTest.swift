import Glibc
import SidecarHarness

/// The sidecar, a process of its own in a new folder.
final class SidecarUnderTest {
    let process: SidecarProcess

    /// Where the sidecar's program is: beside this one, built the same way.
    static func program() throws -> String {
        let bench = try ChildProcess.runningProgram()
        let folder = bench.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let program = folder + "/matrix-pusher"
        guard access(program, X_OK) == 0 else {
            throw HarnessError(
                "There is no \(program). Please build it: swift build --configuration release --product matrix-pusher")
        }
        return program
    }

    /// Starts it, with an empty database.
    /// - Parameters:
    ///   - options: Further lines of its configuration.
    ///   - command: What is run instead of the program itself, with arguments before its own: paths without spaces.
    static func start(caFile: String? = nil, options: String = "", as command: [String] = []) async throws
        -> SidecarUnderTest
    {
        let folder = try Leftovers.makeFolder()
        let configuration = """
            network: {allow_http: true, ip_range_allowlist: ["127.0.0.0/8"]\(caFile.map { ", ca_file: \($0)" } ?? "")}
            log: {level: warning}
            \(options)
            """
        do {
            var program = try program()
            if !command.isEmpty {
                let script = "#!/bin/sh\nexec \(command.joined(separator: " ")) \"$@\"\n"
                program = try folder.write(script, to: "run")
                chmod(program, 0o700)
            }
            let sidecar = SidecarUnderTest(
                try SidecarProcess(executable: program, folder: folder, configuration: configuration))
            try await sidecar.start(within: command.isEmpty ? .seconds(15) : .seconds(120))
            return sidecar
        } catch {
            Leftovers.remove(folder)
            throw error
        }
    }

    private init(_ process: SidecarProcess) {
        self.process = process
    }

    var usage: ProcessUsage {
        get throws {
            guard let processID = process.processID else { throw HarnessError("the sidecar does not run") }
            return ProcessUsage(processID: processID)
        }
    }

    /// Starts it again on the same database.
    func start(within limit: Duration) async throws {
        try await process.start(within: limit)
        if let processID = process.processID { Leftovers.add(processID) }
    }

    /// Lets it finish what it does, and end.
    func finish(within limit: Duration = .seconds(60)) async throws {
        let exit = try await process.stop(within: limit)
        if let processID = process.processID { Leftovers.forget(processID) }
        guard exit == .code(0) else { throw HarnessError("the sidecar ended with \(exit)\n\(process.output)") }
    }

    /// Ends it at once, and removes its folder.
    func remove() {
        process.kill()
        if let processID = process.processID { Leftovers.forget(processID) }
        Leftovers.remove(process.folder)
    }

    // MARK: Load

    /// Sets a pusher for each of these users, at the URLs in turn.
    func setPushers(_ users: Range<Int>, at urls: [String]) throws {
        try load(RegistrationSource(users: users, urls: urls), connections: 16)
    }

    /// Sends requests over new connections to the socket.
    @discardableResult
    func load(_ source: some RequestSource, connections: Int, _ pace: LoadPace = LoadPace()) throws
        -> (requests: Int, items: Int)
    {
        try LoadGenerator(source, socketPath: process.socketPath, connections: connections).run(pace)
    }

    /// Waits until a gateway has received so many requests.
    /// - Returns: Monotonic nanoseconds of the look that found them there.
    @discardableResult
    func wait(for gateway: any MeasuredGateway, received count: Int, within seconds: Int) throws -> UInt64 {
        let start = Monotonic.now
        while true {
            let received = try gateway.received
            let now = Monotonic.now
            if received == count { return now }
            guard received < count else {
                throw HarnessError("the gateway received \(received) requests, \(received - count) too many")
            }
            guard now - start < UInt64(seconds) * 1_000_000_000 else {
                throw HarnessError("the gateway received \(received) of \(count) in \(seconds) s\n\(process.output)")
            }
            usleep(UInt32(gateway.pollInterval / 1000))
        }
    }

    /// Waits longer than a completion waits for its commit.
    func settle() {
        usleep(150_000)
    }
}
