internal import Synchronization

/// Collects what completions bring, from any thread.
final class Mailbox<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func put(_ value: Value) {
        values.withLock { $0.append(value) }
    }

    var all: [Value] { values.withLock(\.self) }
}
