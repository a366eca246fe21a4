/// A wall clock that is set.
extension Scheduler {
    /// The clock was set: pauses end when they would have ended, and everything stays as old as it is.
    ///
    /// Counts-only pushes keep their moments, which name them in the queue.
    mutating func followClock(by milliseconds: Int64) {
        deadlines.shift(by: milliseconds)
        items.shift(by: milliseconds)
        for index in failures.values.indices { failures.values[index].shift(by: milliseconds) }
        for index in lanes.indices {
            lanes[index].policy.shift(by: milliseconds)
            lanes[index].deadline = lanes[index].deadline.map { $0 + milliseconds }
        }
        for index in rejections.values.indices { rejections.values[index].shift(by: milliseconds) }
    }
}
