import Glibc
import SidecarHarness

/// The sidecar, a process of its own in a new folder, with its users' pushers at a gateway.
final class SidecarUnderTest {
    let process: SidecarProcess
    let gateway: any MeasuredGateway
    private let processID: pid_t

    var usage: ProcessUsage { ProcessUsage(processID: processID) }

    /// Where the sidecar's program is: beside this one, built the same way.
    static func program() throws -> String {
        let bench = try ChildProcess.runningProgram()
        let program =
            bench.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/matrix-pusher"
        guard access(program, X_OK) == 0 else {
            throw HarnessError(
                "There is no \(program). Please build it: swift build --configuration release --product matrix-pusher")
        }
        return program
    }

    /// Starts it.
    /// - Parameter options: Further lines of its configuration.
    static func start(_ program: String, at gateway: any MeasuredGateway, options: String = "") async throws
        -> SidecarUnderTest
    {
        let folder = try Leftovers.makeFolder()
        let caFile = gateway.caFile.map { ", ca_file: \($0)" } ?? ""
        let configuration = """
            network: {allow_http: true, ip_range_allowlist: ["127.0.0.0/8"]\(caFile)}
            log: {level: warning}
            \(options)
            """
        do {
            let process = try SidecarProcess(executable: program, folder: folder, configuration: configuration)
            try await process.start()
            return SidecarUnderTest(process, gateway)
        } catch {
            Leftovers.remove(folder)
            throw error
        }
    }

    private init(_ process: SidecarProcess, _ gateway: any MeasuredGateway) {
        self.process = process
        self.gateway = gateway
        processID = process.processID ?? 0
        Leftovers.add(processID)
    }

    func setPushers(users: Int) throws {
        try load(connections: 16, RegistrationSource(users: users, urls: gateway.urls))
    }

    /// Sends requests over new connections to the socket.
    @discardableResult
    func load(connections: Int, _ source: some RequestSource, _ pace: LoadPace = LoadPace()) throws
        -> (requests: Int, items: Int)
    {
        try LoadGenerator(source, socketPath: process.socketPath, connections: connections).run(pace)
    }

    /// Waits until the gateway has received so many requests.
    /// - Returns: Monotonic nanoseconds of the look that found them there.
    @discardableResult
    func waitForGateway(received count: Int, within seconds: UInt64) throws -> UInt64 {
        let start = Monotonic.now
        while true {
            let received = try gateway.received
            let now = Monotonic.now
            if received == count { return now }
            guard received < count else {
                throw HarnessError("the gateway received \(received) requests, \(received - count) too many")
            }
            guard now - start < seconds * 1_000_000_000 else {
                throw HarnessError("the gateway received \(received) of \(count) in \(seconds) s\n\(process.output)")
            }
            usleep(UInt32(gateway.pollInterval / 1000))
        }
    }

    /// Longer than a completion waits for its commit.
    static let settlingTime: UInt32 = 150_000

    func stop() {
        process.kill()
        Leftovers.forget(processID)
        Leftovers.remove(process.folder)
    }
}
