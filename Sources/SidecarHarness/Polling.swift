/// Waits until a condition holds, looking every few milliseconds.
/// - Throws: ``HarnessError`` naming what was waited for when `limit` has passed.
package func waitUntil(
    _ what: String, within limit: Duration = .seconds(10), _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !condition() {
        guard clock.now < deadline else { throw HarnessError("waited \(limit) in vain: \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
