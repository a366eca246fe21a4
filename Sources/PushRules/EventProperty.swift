import PushJSON

/// What an event has at one path, worked out when a rule first asks.
struct EventProperty {
    /// The value's kind; nil for an absent property.
    var kind: JSONKind?
    var isLookedUp = false
    var isHashed = false
    /// Hash of a string's exact bytes.
    var hash: UInt64 = 0
    /// Hash of a string's folded bytes.
    var foldedHash: UInt64 = 0
    /// Whether the memory of `folded` is its own; else it is the event's.
    var hasOwnMemory = false
    /// A string's folded bytes; nil base where not folded yet.
    var folded = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

    func deallocate() {
        if hasOwnMemory { folded.deallocate() }
    }
}
