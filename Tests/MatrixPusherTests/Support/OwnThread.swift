import Foundation

/// Runs what computes for seconds on a thread of its own: the tests share one for each processor, and those that watch the
/// real clock would wait for it.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
