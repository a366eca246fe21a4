internal import Testing

@testable internal import PushQueue

@Suite struct CommitScheduleTests {
    let second: UInt64 = 1_000_000_000

    @Test func `What somebody waits for is committed at once`() {
        var schedule = CommitSchedule()
        #expect(schedule.next(now: 5) == .idle)
        schedule.addUrgent()
        #expect(schedule.next(now: 5) == .commit)
        schedule.taken()
        #expect(schedule.next(now: 5) == .idle)
    }

    @Test func `Quiet writes wait for company, counted from the first`() {
        var schedule = CommitSchedule()
        schedule.addQuiet(rows: 1, now: 100)
        schedule.addQuiet(rows: 1, now: 300)
        #expect(schedule.next(now: 300) == .wait(until: 100 + CommitSchedule.hold))
        #expect(schedule.next(now: 100 + CommitSchedule.hold) == .commit)
    }

    @Test func `Enough quiet writes do not wait`() {
        var schedule = CommitSchedule()
        schedule.addQuiet(rows: CommitSchedule.enough - 1, now: 0)
        #expect(schedule.next(now: 0) != .commit)
        schedule.addQuiet(rows: 0, now: 0)
        #expect(schedule.next(now: 0) == .commit)
    }

    @Test func `After a failure the next try comes later, then later still`() {
        var schedule = CommitSchedule()
        schedule.addQuiet(rows: 1000, now: 0)
        schedule.taken()
        schedule.failed(now: 0)
        schedule.addQuiet(rows: 1000, now: 0)
        #expect(schedule.next(now: 0) == .wait(until: second))
        #expect(schedule.next(now: second) == .commit)
        schedule.taken()
        schedule.failed(now: second)
        #expect(schedule.next(now: second) == .wait(until: 3 * second))
        schedule.addUrgent()
        #expect(schedule.next(now: second) == .commit)
        schedule.taken()
        schedule.succeeded()
        #expect(schedule.next(now: second) == .idle)
    }
}
