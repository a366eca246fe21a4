/// How gateways share the slots, and which of them wait for a share.
extension Scheduler {
    /// A lane with others beside it takes no more slots than it leaves free, and half of all at most: however many gateways
    /// hang, there is room for work that becomes due at another.
    func mayHaveMore(_ lane: Int32) -> Bool { lanes[Int(lane)].inFlight < share }

    /// A lane with fewer requests in flight may have one more.
    private var share: Int {
        populatedLanes <= 1 ? .max : min(limits.maxInFlight - inFlight, max(1, limits.maxInFlight / 2))
    }

    /// A crowded lane may have more now.
    var mayReadmit: Bool { !crowded.isEmpty && leastCrowded < share }

    /// A lane with work waits until others leave it a larger share: neither its own requests nor new work may tell when.
    mutating func crowdOut(_ lane: Int32) {
        let index = Int(lane)
        leastCrowded = min(crowded.isEmpty ? .max : leastCrowded, lanes[index].inFlight)
        guard !lanes[index].isCrowded else { return }
        lanes[index].isCrowded = true
        crowded.append(lane)
    }

    /// Activates the crowded lane that has waited longest of those that may have more.
    /// - Returns: whether there was one.
    mutating func readmit() -> Bool {
        guard mayReadmit else { return false }
        var least = Int.max
        var position = 0
        while position < crowded.count {
            let lane = crowded[position]
            let isWaiting = !lanes[Int(lane)].isActive && lanes[Int(lane)].hasReady
            if isWaiting, !mayHaveMore(lane) {
                least = min(least, lanes[Int(lane)].inFlight)
                position += 1
                continue
            }
            crowded.remove(at: position)
            lanes[Int(lane)].isCrowded = false
            guard isWaiting else { continue }
            // Also one that is held meanwhile: its probe may be due.
            lanes[Int(lane)].isActive = true
            active.append(lane)
            return true
        }
        leastCrowded = least
        return false
    }
}
