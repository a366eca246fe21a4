internal import CLinux
internal import ServiceLifecycle

/// Gives back what only the start has used, once it is over: memory that is free again, and the pages of code and constants.
/// Two thirds of the pages that a start reads of libraries (command line, YAML, Foundation) are not used again.
struct StartRelease: Service {
    /// By then everything runs.
    private static let delay = Duration.milliseconds(100)

    func run() async throws {
        try? await Task.sleep(for: Self.delay)
        malloc_trim(0)
        CodePages.release()
        try? await gracefulShutdown()
    }
}
