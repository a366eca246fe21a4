internal import Glibc
internal import ServiceLifecycle
internal import UnixSignals

/// Ends the process at once on the second SIGTERM or SIGINT, for who does not want to wait for the first.
struct SecondSignal: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var count = 0
            for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                count += 1
                if count == 2 { _exit(128 + signal.rawValue) }
            }
        }
    }
}
