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
    /// Held while what is left is removed: whoever ends the process meanwhile waits.
    private static let clearing = Mutex(())

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

    /// Where the signal handler writes; set once, before there is a handler.
    private nonisolated(unsafe) static var signalPipe: Int32 = -1

    /// Cleans up at the end of the process, also when SIGINT, SIGTERM or SIGHUP ends it: the handler tells a thread.
    static func watch() {
        atexit { Leftovers.clear() }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        signalPipe = ends[1]
        // No task would do: all of the pool's threads may be busy measuring.
        var thread = pthread_t()
        let argument = UnsafeMutableRawPointer(bitPattern: Int(ends[0]))
        pthread_create(
            &thread, nil,
            { argument in
                var signal: UInt8 = 0
                guard read(Int32(Int(bitPattern: argument)), &signal, 1) == 1 else { return nil }
                Leftovers.clear()
                _exit(128 + Int32(signal))
            }, argument)
        pthread_detach(thread)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Leftovers.signalPipe, &byte, 1)
            }
        }
    }

    private static func clear() {
        clearing.withLock { _ in
            let left = state.withLock { state in
                defer { state = State() }
                return state
            }
            // nginx ends its workers on SIGTERM alone.
            for process in left.processes { kill(process, SIGTERM) }
            if !left.processes.isEmpty { usleep(300_000) }
            for process in left.processes { kill(process, SIGKILL) }
            if !left.processes.isEmpty { usleep(50_000) }
            for folder in left.folders { folder.remove() }
        }
    }
}
