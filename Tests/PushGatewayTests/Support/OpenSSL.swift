import Glibc
import SidecarHarness

/// Runs the program `openssl`.
///
/// Not by Foundation's `Process`, which now and then crashed where many descriptors are open, as in these tests.
enum OpenSSL {
    /// Starts it, with no other descriptors than these and an output for errors that nobody reads.
    static func start(_ arguments: [String], input: Int32? = nil, output: Int32? = nil) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, given) in [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, nil)] {
            if let given {
                posix_spawn_file_actions_adddup2(&actions, given, descriptor)
            } else {
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
            }
        }
        // Sockets of other tests would stay open as long as it runs.
        guard ChildProcess.closeDescriptors(from: STDERR_FILENO + 1, by: &actions) else {
            throw OpenSSLFailure(arguments: arguments)
        }
        var texts = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var process = pid_t()
        guard posix_spawnp(&process, "openssl", &actions, nil, &texts, environ) == 0 else {
            throw OpenSSLFailure(arguments: arguments)
        }
        return process
    }

    /// Runs it to its end, which has to be a good one.
    static func run(_ arguments: [String]) throws {
        let process = try start(arguments)
        var status: Int32 = 0
        guard waitpid(process, &status, 0) == process, status == 0 else { throw OpenSSLFailure(arguments: arguments) }
    }
}

/// `openssl` ended too early, or with an error.
struct OpenSSLFailure: Error {
    let arguments: [String]
}
