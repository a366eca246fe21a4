internal import ArgumentParser
internal import SidecarHarness
internal import UnixSignals

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The main job on this machine, end to end, with gateways of its own.",
        discussion: """
            Starts a sidecar in a process of its own and two small push gateways on 127.0.0.1, registers pushers, sends \
            a conversation over the socket, kills the sidecar half-way and starts it again. Prints every notification \
            as a gateway receives it and fails when one is missing, doubled without reason or not what the rules say. \
            Nothing leaves the machine; nothing is left behind.
            """)

    func run() async throws {
        let screen = DemoScreen()
        do {
            let folder = try TemporaryFolder(prefix: "matrix-pusher-demo")
            defer { folder.remove() }
            let sidecar = try SidecarProcess(
                executable: ChildProcess.runningProgram(), folder: folder, configuration: DemoRun.configuration)
            defer { sidecar.kill() }
            let run = DemoRun(sidecar: sidecar, screen: screen)
            let isGood = try await untilSignal { try await run.perform() }
            if !isGood { throw ExitCode.failure }
        } catch let exit as ExitCode {
            if exit.rawValue > 128 { screen.failure("demo: interrupted") }
            throw exit
        } catch {
            screen.failure("demo: failed — \(error)")
            throw ExitCode.failure
        }
    }

    /// Performs `body`; Ctrl-C and its like end it, so that the child and the folder are cleaned up on the way out.
    private func untilSignal(_ body: @escaping @Sendable () async throws -> Bool) async throws -> Bool {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    return try await body()
                } catch {
                    // Ctrl-C reaches the sidecar too, whose end must not be taken for the reason.
                    try await Task.sleep(for: .milliseconds(100))
                    throw error
                }
            }
            group.addTask {
                for await signal in signals { throw ExitCode(128 + signal.rawValue) }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next()!
        }
    }
}
