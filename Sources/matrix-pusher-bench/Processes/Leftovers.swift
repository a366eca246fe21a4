import CLinux
import Glibc
import SidecarHarness
import Synchronization

/// What must not outlive this tool: its child processes and its temporary folders.
enum Leftovers {
    private struct State {
        var processes: [pid_t] = []
        var folders: [TemporaryFolder] = []
    }

    private static let state = Mutex(State())

    static func add(_ process: pid_t) { state.withLock { $0.processes.append(process) } }
    static func forget(_ process: pid_t) { state.withLock { $0.processes.removeAll { $0 == process } } }

    /// Makes a folder that is removed at the end, however that comes.
    static func makeFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder(prefix: "pusher-bench")
        state.withLock { $0.folders.append(folder) }
        return folder
    }

    static func remove(_ folder: TemporaryFolder) {
        folder.remove()
        state.withLock { $0.folders.removeAll { $0.path == folder.path } }
    }

    /// Takes SIGINT, SIGTERM and SIGHUP on a thread of its own, which cleans up and ends the process. To be called before
    /// there is any other thread: they all inherit the mask.
    static func watchSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                var signals = sigset_t()
                sigemptyset(&signals)
                for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
                var signal: Int32 = 0
                sigwait(&signals, &signal)
                Leftovers.clear()
                _exit(128 + signal)
            }, nil)
        pthread_detach(thread)
    }

    private static func clear() {
        let left = state.withLock { $0 }
        // nginx ends its workers on SIGTERM alone.
        for process in left.processes { kill(process, SIGTERM) }
        usleep(300_000)
        for process in left.processes { kill(process, SIGKILL) }
        usleep(50_000)
        for folder in left.folders { folder.remove() }
    }
}
