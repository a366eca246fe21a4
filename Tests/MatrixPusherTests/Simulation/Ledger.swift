/// What really became of each notification, whatever the program thinks: the referee's notes.
///
/// Times are milliseconds since the start of the simulation.
final class Ledger {
    enum State: UInt8 {
        case pending, accepted, buried, dropped
    }

    struct Entry {
        var pusher: Int32
        var gateway: Int32
        var ingestedAt: Int32
        var endedAt: Int32 = 0
        var attempts: UInt16 = 0
        /// How often the gateway took it.
        var taken: UInt8 = 0
        var state = State.pending
    }

    /// The simulation's clock.
    var time: Int64 = 0
    /// By number.
    private(set) var entries: ContiguousArray<Entry> = []
    private(set) var removedPushers = 0
    /// Pushers that were removed after their gateway had been suspected.
    private(set) var removedInSuspicion = 0
    private(set) var wasSuspected = false
    /// Requests that went out of order, or beside another to the same pusher.
    private(set) var disorders = 0
    /// Notifications that ended twice.
    private(set) var endedTwice = 0
    /// By pusher: the notification last sent, and whether it is under way.
    private var lastSent: ContiguousArray<Int32>
    private var isUnderWay: ContiguousArray<Bool>

    init(pushers: Int) {
        lastSent = ContiguousArray(repeating: -1, count: pushers)
        isUnderWay = ContiguousArray(repeating: false, count: pushers)
    }

    // MARK: The gateways' side

    func ingested(pusher: Int, gateway: Int) {
        entries.append(Entry(pusher: Int32(pusher), gateway: Int32(gateway), ingestedAt: Int32(time)))
    }

    /// A request goes out.
    /// - Returns: how many there were before for the same notification.
    func sent(_ number: Int) -> Int {
        let pusher = Int(entries[number].pusher)
        if isUnderWay[pusher] || Int(lastSent[pusher]) > number || entries[number].state != .pending { disorders += 1 }
        isUnderWay[pusher] = true
        lastSent[pusher] = Int32(number)
        defer { entries[number].attempts += 1 }
        return Int(entries[number].attempts)
    }

    func taken(_ number: Int) { entries[number].taken += 1 }

    /// The request has ended, or the process with it.
    func answered(_ number: Int) { isUnderWay[Int(entries[number].pusher)] = false }

    // MARK: The program's side

    func finished(_ number: Int) { end(number, .accepted) }

    func buried(_ number: Int) { end(number, .buried) }

    func dropped(_ number: Int) { end(number, .dropped) }

    func suspected() { wasSuspected = true }

    func removed() {
        removedPushers += 1
        if wasSuspected { removedInSuspicion += 1 }
    }

    private func end(_ number: Int, _ state: State) {
        if entries[number].state != .pending { endedTwice += 1 }
        entries[number].state = state
        entries[number].endedAt = Int32(time)
    }
}
