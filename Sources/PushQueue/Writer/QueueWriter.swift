internal import CSQLite
internal import Glibc

/// The thread that does all writing. Thread-safe: callers only reach its inbox.
final class QueueWriter: Sendable {
    private let path: String
    private let inbox: QueueInbox
    private let thread: pthread_t
    private let completionThread = CompletionThread()

    /// What the thread works with, handed over to it at its start.
    private final class Work {
        let loop: CommitLoop
        let inbox: QueueInbox

        init(loop: CommitLoop, inbox: QueueInbox) {
            self.loop = loop
            self.inbox = inbox
        }
    }

    /// Starts the thread, which owns the store from now on and closes it at its end.
    init(store: consuming sending QueueStore, observer: QueueObserver) throws(QueueError) {
        path = store.path
        inbox = QueueInbox()
        var result = completionThread.start()
        let loop = CommitLoop(store: store, observer: observer, completionThread: completionThread)
        let work = Unmanaged.passRetained(Work(loop: loop, inbox: inbox))
        var thread = pthread_t()
        if result == 0 { result = pthread_create(&thread, nil, QueueWriter.main, work.toOpaque()) }
        guard result == 0 else {
            completionThread.end()
            work.release()
            throw QueueError(.sqlite, path: path, "no thread for writing: \(String(cString: strerror(result)))")
        }
        self.thread = thread
    }

    /// Hands a write over. After `close` a command fails at once; other writes are dropped.
    func put(_ operation: WriteOperation) {
        if !inbox.put(operation), case .command(let command) = operation {
            command.fail(QueueError(.closed, path: path, "the queue is closed"))
        }
    }

    /// Lets the thread commit what is waiting, store a snapshot, close the database and end.
    func close(leaving snapshot: SnapshotSource? = nil) {
        inbox.close(leaving: snapshot)
    }

    /// Waits for the thread's end. Returns the number of writes that could not be stored. To be called once.
    func join() -> Int {
        precondition(!isCurrentThread, "a queue cannot be closed from one of its completions")
        var unsaved: UnsafeMutableRawPointer?
        pthread_join(thread, &unsaved)
        return Int(bitPattern: unsaved)
    }

    /// Lets the thread end on its own.
    func detach() {
        pthread_detach(thread)
    }

    /// Whether this is the thread that writes, or the one of the completions.
    var isCurrentThread: Bool { pthread_equal(thread, pthread_self()) != 0 || completionThread.isCurrentThread }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        csqlite_name_thread("push-writer")
        return UnsafeMutableRawPointer(bitPattern: work.loop.run(work.inbox))
    }
}
