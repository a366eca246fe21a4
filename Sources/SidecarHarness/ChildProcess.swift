package import Glibc
internal import Synchronization

/// A program in a process of its own; its standard output and error go to files.
package final class ChildProcess: Sendable {
    package enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    package let processID: pid_t
    private let exit = Mutex<Exit?>(nil)

    /// Starts `executable` with nothing of ours open but the three standard files, and with default signal handling.
    package init(
        executable: String, arguments: [String], environment: [String: String] = [:],
        inputPath: String = "/dev/null", outputPath: String, errorPath: String
    ) throws(HarnessError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // NIO's sockets are open across exec: in the child they would keep connections alive that were closed here.
        guard Self.closeDescriptors(from: 3, by: &actions) else {
            throw HarnessError("start \(executable): this needs glibc 2.34 or later, and memory")
        }
        posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = Self.environment(replacing: environment)
        var argumentPointers = ([executable] + arguments).map { strdup($0) } + [nil]
        var variablePointers = variables.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var processID: pid_t = 0
        let code = posix_spawn(
            &processID, executable, &actions, &attributes, &argumentPointers, &variablePointers)
        guard code == 0 else { throw .systemCall("start", executable, code: code) }
        self.processID = processID
    }

    /// Makes a process that is started by these actions close every descriptor from one on, however many there are.
    /// - Returns: Whether it will.
    package static func closeDescriptors(from first: Int32, by actions: inout posix_spawn_file_actions_t) -> Bool {
        guard let closeFrom else { return false }
        return closeFrom(&actions, first) == 0
    }

    /// glibc's since 2.34, but Swift's module leaves it out.
    private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast(
            $0, to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
    }

    /// The path of the program that runs this.
    package static func runningProgram() throws(HarnessError) -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &path, path.count)
        guard length > 0 else { throw .systemCall("readlink", "/proc/self/exe", code: errno) }
        return String(decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Our environment without the sidecar's variables, which would change what is under test, and with the given ones.
    private static func environment(replacing changes: [String: String]) -> [String] {
        var variables = changes.map { "\($0.key)=\($0.value)" }
        var entry = environ
        while let variable = entry.pointee {
            let text = String(cString: variable)
            let name = text.prefix { $0 != "=" }
            if changes[String(name)] == nil, !name.hasPrefix("MATRIX_PUSHER_") { variables.append(text) }
            entry += 1
        }
        return variables
    }

    /// How the process ended; nil while it runs.
    package var exitStatus: Exit? {
        exit.withLock { exit in
            if exit == nil {
                var status: Int32 = 0
                if waitpid(processID, &status, WNOHANG) == processID { exit = Self.exit(fromStatus: status) }
            }
            return exit
        }
    }

    /// Sends a signal, unless the process has ended.
    package func send(_ signal: Int32) {
        if exitStatus == nil { Glibc.kill(processID, signal) }
    }

    /// Waits for the end of the process.
    package func waitForExit(within limit: Duration = .seconds(15)) async throws -> Exit {
        try await waitUntil("process \(processID) to end", within: limit) { exitStatus != nil }
        return exitStatus!
    }

    /// Ends the process at once with SIGKILL and waits until it is gone, which takes no more than milliseconds.
    package func kill() {
        exit.withLock { exit in
            guard exit == nil else { return }
            Glibc.kill(processID, SIGKILL)
            var status: Int32 = 0
            while waitpid(processID, &status, 0) == -1 && errno == EINTR {}
            exit = Self.exit(fromStatus: status)
        }
    }

    private static func exit(fromStatus status: Int32) -> Exit {
        let signal = status & 0x7F
        return signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
    }
}
