internal import Glibc
internal import Testing

@testable internal import PushQueue

@Suite struct LockTests {
    let folder = TestFolder()

    @Test func `A second queue on a database is told who has it`() throws {
        let queue = try SQLiteQueue.open(folder)
        let before = folder.read("queue.db")
        for attempt in 0..<2 {
            let error = #expect(throws: QueueError.self) {
                if attempt == 0 {
                    _ = try SQLiteQueue.open(folder)
                } else {
                    _ = try SQLiteQueue.migrate(path: folder.database)
                }
            }
            #expect(error?.code == .inUse)
            #expect(
                error?.description == "\(folder.database): is in use by another matrix-pusher (pid \(getpid()))")
        }
        #expect(folder.read("queue.db") == before)
        queue.close()
        _ = try SQLiteQueue.open(folder)
    }

    @Test func `Another process cannot lock while a queue is open`() throws {
        let queue = try SQLiteQueue.open(folder)
        #expect(try Self.shell("flock -n \(folder.database)-lock true") != 0)
        queue.close()
        #expect(try Self.shell("flock -n \(folder.database)-lock true") == 0)
    }

    @Test func `A queue cannot be opened while another process has the lock`() throws {
        _ = try SQLiteQueue.migrate(path: folder.database)
        mkfifo(folder.path + "/locked", 0o600)
        mkfifo(folder.path + "/release", 0o600)
        let holder = try Self.spawn(
            "cd \(folder.path) && flock -n queue.db-lock sh -c 'echo > locked; read line < release'")
        let locked = open(folder.path + "/locked", O_RDONLY | O_NONBLOCK)
        defer { close(locked) }
        var ready = pollfd(fd: locked, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 20_000) == 1 else {
            kill(holder, SIGKILL)
            Issue.record("the other process did not lock")
            return
        }
        let error = #expect(throws: QueueError.self) { _ = try SQLiteQueue.open(folder) }
        #expect(error?.code == .inUse)
        // Both ways, so that opening does not wait for the other side.
        let release = open(folder.path + "/release", O_RDWR)
        defer { close(release) }
        write(release, "\n", 1)
        var status: Int32 = 0
        waitpid(holder, &status, 0)
        _ = try SQLiteQueue.open(folder)
    }

    @Test func `Dropping the last reference closes the queue`() async throws {
        var queue: SQLiteQueue? = try SQLiteQueue.open(folder)
        try await queue?.store(.test(events: [.test("a")]))
        queue = nil
        let reopened = try SQLiteQueue.open(folder)
        #expect(try reopened.makeReader().totals().pending == 1)
    }

    private static func spawn(_ command: String) throws -> pid_t {
        var process = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(command), nil]
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0)
        return process
    }

    private static func shell(_ command: String) throws -> Int32 {
        var status: Int32 = 0
        waitpid(try spawn(command), &status, 0)
        return status
    }
}
