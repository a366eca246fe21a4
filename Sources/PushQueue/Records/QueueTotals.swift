/// How much there is in a queue.
package struct QueueTotals: Sendable, Equatable {
    package var pending: Int
    package var dead: Int
    package var pushers: Int

    package init(pending: Int, dead: Int, pushers: Int) {
        self.pending = pending
        self.dead = dead
        self.pushers = pushers
    }
}
