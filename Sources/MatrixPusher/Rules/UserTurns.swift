internal import Synchronization

/// Lets the changes of one user's rules take turns, in the order in which they came; users do not wait for each other.
final class UserTurns: Sendable {
    /// Who waits, for each user with a change under way.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// Runs `body` when it is its turn.
    func take<Value>(
        for userID: String, _ body: () async throws(PusherError) -> Value
    ) async throws(PusherError) -> Value {
        await begin(userID)
        defer { end(userID) }
        return try await body()
    }

    private func begin(_ userID: String) async {
        await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                guard waiting[userID] != nil else {
                    waiting[userID] = []
                    return true
                }
                waiting[userID]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }

    private func end(_ userID: String) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard waiting[userID]?.isEmpty == false else {
                waiting[userID] = nil
                return nil
            }
            return waiting[userID]?.removeFirst()
        }
        next?.resume()
    }
}
