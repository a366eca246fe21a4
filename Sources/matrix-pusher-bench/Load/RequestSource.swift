/// Where the load generator gets its requests from. Used on its thread alone.
protocol RequestSource: AnyObject {
    /// Bytes of the longest request.
    var longestRequest: Int { get }

    /// Writes what all requests have in common into the buffer of a new connection.
    func prepare(_ buffer: UnsafeMutablePointer<UInt8>)

    /// Writes the next request into the buffer of a connection, which holds what that sent before.
    /// - Returns: Its size and the items in it; nil when there is no more.
    func next(into buffer: UnsafeMutablePointer<UInt8>) -> (size: Int, items: Int)?

    /// The request that ``next(into:)`` gave last was sent now, or should have been.
    func sent(at time: UInt64)
}
