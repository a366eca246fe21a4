internal import PushRules

/// Compiled rulesets by the hashes of their users, within a bound of memory.
struct CompiledRulesetCache: Sendable {
    private struct Entry: Sendable {
        var userHash: Int
        var ruleset: CompiledRuleset
        var size: Int
    }

    /// About how much memory may be taken, bytes.
    let capacity: Int
    /// About how much memory is taken, bytes.
    private(set) var size = 0
    private var entries: ContiguousArray<Entry> = []
    private var positions: [Int: Int] = [:]

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { entries.count }

    func ruleset(of userHash: Int) -> CompiledRuleset? {
        positions[userHash].map { entries[$0].ruleset }
    }

    func contains(_ userHash: Int) -> Bool { positions[userHash] != nil }

    /// Takes a ruleset in and lets others go for it, by chance: the members of a big room come round and round in one
    /// order, and of the oldest or least used none would still be there.
    mutating func keep(_ ruleset: CompiledRuleset, of userHash: Int) {
        forget(userHash)
        let entry = Entry(userHash: userHash, ruleset: ruleset, size: ruleset.memorySize)
        guard entry.size <= capacity else { return }
        while size + entry.size > capacity { remove(at: Int.random(in: entries.indices)) }
        positions[userHash] = entries.count
        entries.append(entry)
        size += entry.size
    }

    mutating func forget(_ userHash: Int) {
        if let position = positions[userHash] { remove(at: position) }
    }

    private mutating func remove(at position: Int) {
        let entry = entries[position]
        positions[entry.userHash] = nil
        size -= entry.size
        let last = entries.removeLast()
        if position < entries.count {
            entries[position] = last
            positions[last.userHash] = position
        }
    }
}
