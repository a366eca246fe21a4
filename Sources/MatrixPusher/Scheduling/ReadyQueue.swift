/// The pushers of a lane whose next request may go, in turn.
///
/// Users are dealt into 64 classes, ``UserClasses``; the classes take turns, and within a class its pushers. A user with
/// hundreds of pushers has the share of one class, whatever else waits, and each step costs the same however many wait.
struct ReadyQueue: Sendable {
    private struct List {
        var head = PusherSlot.none
        var tail = PusherSlot.none
    }

    /// By class; made when the first pusher comes.
    private var lists: ContiguousArray<List> = []
    /// A bit for each class that has pushers.
    private var occupied: UInt64 = 0
    /// The class whose turn it is.
    private var turn = 0

    var isEmpty: Bool { occupied == 0 }

    mutating func append(_ slot: Int32, in pushers: inout ContiguousArray<PusherSlot>) {
        if lists.isEmpty { lists = ContiguousArray(repeating: List(), count: UserClasses.count) }
        let userClass = Int(pushers[Int(slot)].userClass)
        let tail = lists[userClass].tail
        pushers[Int(slot)].previousReady = tail
        if tail == PusherSlot.none { lists[userClass].head = slot } else { pushers[Int(tail)].nextReady = slot }
        lists[userClass].tail = slot
        occupied |= 1 << UInt64(userClass)
    }

    mutating func remove(_ slot: Int32, in pushers: inout ContiguousArray<PusherSlot>) {
        let userClass = Int(pushers[Int(slot)].userClass)
        let (previous, next) = (pushers[Int(slot)].previousReady, pushers[Int(slot)].nextReady)
        if previous == PusherSlot.none { lists[userClass].head = next } else { pushers[Int(previous)].nextReady = next }
        if next == PusherSlot.none {
            lists[userClass].tail = previous
        } else {
            pushers[Int(next)].previousReady = previous
        }
        pushers[Int(slot)].previousReady = PusherSlot.none
        pushers[Int(slot)].nextReady = PusherSlot.none
        if lists[userClass].head == PusherSlot.none { occupied &= ~(1 << UInt64(userClass)) }
    }

    /// Whose turn it is; the next class has its turn then.
    mutating func next() -> Int32? {
        guard occupied != 0 else { return nil }
        let fromTurn = occupied >> UInt64(turn) | occupied << UInt64(UserClasses.count - turn)
        let userClass = (turn + fromTurn.trailingZeroBitCount) % UserClasses.count
        turn = (userClass + 1) % UserClasses.count
        return lists[userClass].head
    }
}
