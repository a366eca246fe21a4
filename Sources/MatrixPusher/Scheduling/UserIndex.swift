/// Finds a user's pushers by the hash of the user id: an open-addressed table of slot numbers, the pushers chained by `nextOfUser`.
///
/// The hash, ``TextHash``, is 64 bits wide and keyed per process, so that nobody can choose user ids that meet: it stands
/// for the user id.
struct UserIndex: Sendable {
    private var table: ContiguousArray<Int32>
    private var used = 0

    init() {
        table = ContiguousArray(repeating: PusherSlot.none, count: 64)
    }

    /// The first pusher of a user; ``PusherSlot/none`` where there is none.
    func first(_ userHash: Int, in pushers: ContiguousArray<PusherSlot>) -> Int32 {
        table[position(userHash, pushers)]
    }

    /// Puts a pusher in front of its user's chain unless it is in it; removed ones at the front are dropped.
    mutating func insert(_ slot: Int32, in pushers: inout ContiguousArray<PusherSlot>) {
        if used * 4 >= table.count * 3 { grow(pushers) }
        let position = position(pushers[Int(slot)].userHash, pushers)
        var head = table[position]
        var link = head
        while link != PusherSlot.none {
            if link == slot { return }
            link = pushers[Int(link)].nextOfUser
        }
        if head == PusherSlot.none { used += 1 }
        while head != PusherSlot.none, pushers[Int(head)].flags.contains(.removed) {
            head = pushers[Int(head)].nextOfUser
        }
        pushers[Int(slot)].nextOfUser = head
        table[position] = slot
    }

    private func position(_ userHash: Int, _ pushers: ContiguousArray<PusherSlot>) -> Int {
        // By the upper bits: the table's size is no power of two.
        let hash = UInt64(bitPattern: Int64(userHash))
        var position = Int(UInt64(table.count).multipliedFullWidth(by: hash).high)
        while table[position] != PusherSlot.none, pushers[Int(table[position])].userHash != userHash {
            position = position + 1 == table.count ? 0 : position + 1
        }
        return position
    }

    private mutating func grow(_ pushers: ContiguousArray<PusherSlot>) {
        let old = table
        table = ContiguousArray(repeating: PusherSlot.none, count: old.count + old.count / 2)
        for head in old where head != PusherSlot.none {
            table[position(pushers[Int(head)].userHash, pushers)] = head
        }
    }
}
