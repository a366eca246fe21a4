import Foundation
import Synchronization

/// A TLS server on 127.0.0.1 that answers with given bytes: `openssl s_server`, one connection after the other.
///
/// `@unchecked Sendable`: the process is started in `init` and ended in `stop`; its pipes belong to one thread each.
final class TLSServer: @unchecked Sendable {
    /// What is written, whatever the connection.
    struct Script: Sendable {
        /// Written one by one: so many as there have been requests.
        var answers: [[UInt8]]
        /// Written once the client has had time to read the last answer.
        var afterwards: [UInt8] = []
        /// Written without end after that.
        var flood: [UInt8] = []
        /// Counts the requests in everything that clients have sent.
        var countRequests: @Sendable (_ received: Data) -> Int
    }

    private struct State: Sendable {
        var received = Data()
        var answered = 0
        var bytesWritten = 0
    }

    private(set) var port = 0
    private let process: pid_t
    private let input = Pipe()
    private let output = Pipe()
    private let script: Script
    private let writer = DispatchQueue(label: "TLS server's answers")
    private let state = Mutex(State())

    /// Starts a server, in a thread of its own, for the process takes its time.
    /// - Parameter options: More of `s_server`'s, such as `-alpn`.
    static func start(
        _ kind: TestCertificates.Kind, of certificates: TestCertificates, options: [String] = [], script: Script
    ) async throws -> TLSServer {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try TLSServer(kind, of: certificates, options: options, script: script) })
            }
        }
    }

    private init(
        _ kind: TestCertificates.Kind, of certificates: TestCertificates, options: [String], script: Script
    ) throws {
        self.script = script
        let arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificates.certificate(kind)]
            + ["-key", certificates.key(kind)] + options
        process = try OpenSSL.start(
            arguments, input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor)
        // Else the end of what it writes would never be seen.
        try output.fileHandleForWriting.close()
        try input.fileHandleForReading.close()
        var announcement = Data()
        while port == 0 {
            let data = read()
            guard !data.isEmpty else { throw OpenSSLFailure(arguments: arguments) }
            announcement += data
            let lines = String(decoding: announcement, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            for line in lines.dropLast() where line.hasPrefix("ACCEPT ") {
                port = line.split(separator: ":").last.flatMap { Int($0) } ?? 0
            }
        }
        Thread.detachNewThread { [self] in serve() }
    }

    /// Everything that clients have sent, with `s_server`'s own remarks.
    var received: Data { state.withLock { $0.received } }
    /// What `s_server` took of what was written.
    var bytesWritten: Int { state.withLock { $0.bytesWritten } }

    func stop() {
        // It inherits the blocked signals of the thread that started it.
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    private func serve() {
        while true {
            let data = read()
            guard !data.isEmpty else { return }
            let (ready, isLast) = state.withLock { state in
                state.received += data
                let count = min(script.countRequests(state.received), script.answers.count)
                let ready = script.answers[min(state.answered, count)..<count]
                state.answered = max(state.answered, count)
                return (Array(ready.joined()), !ready.isEmpty && count == script.answers.count)
            }
            // Not by this thread, for the server stops reading what nobody takes from it; one after the other.
            if !ready.isEmpty { writer.async { [self] in write(ready, isLast: isLast) } }
        }
    }

    /// What the server has written next; empty at its end. `FileHandle` would end the tests when a signal interrupts it.
    private func read() -> Data {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(output.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
            if count >= 0 { return Data(buffer.prefix(count)) }
            guard errno == EINTR else { return Data() }
        }
    }

    private func write(_ bytes: [UInt8], isLast: Bool) {
        // The server may be gone.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard write(bytes), isLast else { return }
        if !script.afterwards.isEmpty {
            Thread.sleep(forTimeInterval: 0.1)
            guard write(script.afterwards) else { return }
        }
        while !script.flood.isEmpty, write(script.flood) {}
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.write(input.fileHandleForWriting.fileDescriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            state.withLock { $0.bytesWritten += count }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
