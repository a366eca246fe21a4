/// What became of the dead letters that a call was to change.
public struct DeadLetterReport: Sendable, Equatable {
    /// Those that matched.
    public var matched = 0
    /// Those of them that were put back into the queue, or deleted.
    public var changed = 0
    /// Where to go on, as `after` of the next call; nil where nothing is left.
    public var next: Int64?

    public init() {}
}
