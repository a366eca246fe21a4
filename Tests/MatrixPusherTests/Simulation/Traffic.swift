/// What comes in for the pushers of one gateway: bursts at a steady pace, each notification to a pusher picked at random.
struct Traffic: Sendable {
    /// Notifications at the very start.
    var initial = 0
    /// Milliseconds from burst to burst, and how many notifications each has.
    var interval: Int64
    var burst = 1
    /// When it ends, milliseconds since the start of the simulation.
    var end: Int64

    /// The burst after the one at `time`; nil where that was the last.
    func next(after time: Int64) -> Int64? { time + interval < end ? time + interval : nil }

    func size(at time: Int64) -> Int { time == 0 ? initial : burst }
}
