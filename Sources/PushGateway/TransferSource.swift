/// Where a ``TransferLoop`` gets its requests from and leaves the results.
package protocol TransferSource: AnyObject, Sendable {
    /// Takes in what has finished and appends at most `capacity` requests to start now.
    ///
    /// Called on the loop's thread: at the start, in each turn in which transfers finished, after a wake-up, and when the
    /// returned time has passed. While the loop stops, `capacity` is 0; the last call brings the cancelled transfers.
    /// - Returns: The longest time the loop may sleep when nothing happens; nil: until something does.
    func exchange(finished: [FinishedTransfer], capacity: Int, requests: inout [TransferRequest]) -> Duration?
}
