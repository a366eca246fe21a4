/// The nodes of a text that is being parsed, in memory that the document then takes over.
///
/// An array would be asked on each access whether it is its only owner, and each look at a node would retain it.
struct JSONNodeList: ~Copyable {
    private(set) var base: UnsafeMutablePointer<JSONNode>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        base = .allocate(capacity: self.capacity)
    }

    deinit {
        base.deallocate()
    }

    @inline(__always)
    mutating func append(_ node: JSONNode) {
        if count == capacity { grow() }
        (base + count).initialize(to: node)
        count += 1
    }

    /// The nodes, which the caller has to deallocate.
    consuming func take() -> UnsafePointer<JSONNode> {
        let base = base
        discard self
        return UnsafePointer(base)
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<JSONNode>.allocate(capacity: 2 * capacity)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
