/// Where the purge looks for events that are over: in rounds, in the order of arrival.
///
/// A round begins at the first event that the former one left for its age or its history, or that lost a notification or dead
/// letter since. Those that only wait for their notifications are so not looked at again and again, however many they are.
struct PurgeWalk: Equatable {
    /// The next number to look at.
    private(set) var position: Int64 = 0
    /// There is more to look at in this round.
    private(set) var isUnderway = false
    private var nextRound = Int64.max

    /// An event may have lost what it was kept for; called for each that is delivered, most of them still to be looked at.
    mutating func lookAgain(at number: Int64) {
        guard number < position else { return }
        if isUnderway {
            nextRound = min(nextRound, number)
        } else {
            position = number
        }
    }

    /// An event of this round is to be looked at again in the next.
    mutating func leave(_ number: Int64) {
        nextRound = min(nextRound, number)
    }

    /// All up to this number were looked at.
    mutating func advance(past number: Int64) {
        position = number + 1
        isUnderway = true
    }

    mutating func endRound() {
        position = min(position, nextRound)
        nextRound = .max
        isUnderway = false
    }
}
