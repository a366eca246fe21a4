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

    @Test func `Few quiet writes are left for a later commit, until they have waited or are many`() {
        var schedule = CommitSchedule()
        schedule.addQuiet(rows: 1, now: 100)
        schedule.addUrgent()
        #expect(schedule.next(now: 200) == .commit)
        #expect(schedule.mayLeaveQuiet(now: 200))
        schedule.taken(leavingQuiet: true)
        // They count from the first one still.
        schedule.addQuiet(rows: 1, now: 300)
        #expect(schedule.next(now: 300) == .wait(until: 100 + CommitSchedule.hold))
        #expect(!schedule.mayLeaveQuiet(now: 300))
        schedule.addUrgent()
        #expect(schedule.mayLeaveQuiet(now: 99 + CommitSchedule.holdToJoin))
        #expect(!schedule.mayLeaveQuiet(now: 100 + CommitSchedule.holdToJoin))
        schedule.addQuiet(rows: CommitSchedule.enoughToJoin - 3, now: 400)
        #expect(schedule.mayLeaveQuiet(now: 400))
        schedule.addQuiet(rows: 1, now: 400)
        #expect(!schedule.mayLeaveQuiet(now: 400))
        schedule.taken()
        #expect(schedule.next(now: 400) == .idle)
    }

    @Test func `While commits fail nothing is left`() {
        var schedule = CommitSchedule()
        schedule.failed(now: 0)
        schedule.addQuiet(rows: 1, now: 5)
        schedule.addUrgent()
        #expect(!schedule.mayLeaveQuiet(now: 6))
        schedule.succeeded()
        #expect(schedule.mayLeaveQuiet(now: 6))
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
        schedule.addQuiet(rows: 1, now: second)
        #expect(schedule.next(now: second) == .wait(until: second + CommitSchedule.hold))
    }

    /// A schedule after a commit that three waited for and that took 600 microseconds, while another came.
    private func afterACommit(at now: UInt64, duration: Duration = .microseconds(600)) -> CommitSchedule {
        var schedule = CommitSchedule()
        for _ in 0..<3 { schedule.addUrgent() }
        schedule.taken()
        schedule.addUrgent()
        schedule.committed(commands: 3, duration: duration, now: now)
        schedule.succeeded()
        return schedule
    }

    @Test func `Those whose commit is done are waited for, as long as it took`() {
        var schedule = afterACommit(at: 7)
        for _ in 0..<3 {
            #expect(schedule.next(now: 8) == .wait(until: 600_007))
            schedule.addUrgent()
        }
        #expect(schedule.next(now: 8) == .commit)
        #expect(afterACommit(at: 7).next(now: 600_007) == .commit)
        for duration in [Duration.milliseconds(1), .milliseconds(2.5), .seconds(1), .seconds(100)] {
            #expect(afterACommit(at: 7, duration: duration).next(now: 8) == .wait(until: CommitSchedule.returnHold + 7))
        }
    }

    @Test func `Enough rows wait for nobody who may come back`() {
        var schedule = afterACommit(at: 7)
        schedule.addUrgent(rows: CommitSchedule.enough - 2)
        #expect(schedule.next(now: 8) == .wait(until: 600_007))
        schedule.addUrgent(rows: 1)
        #expect(schedule.next(now: 8) == .commit)
        schedule.taken()
        schedule.committed(commands: 3, duration: .microseconds(600), now: 7)
        schedule.addUrgent()
        #expect(schedule.next(now: 8) == .wait(until: 600_007))
    }

    @Test func `Nobody is waited for longer than quiet writes may wait`() {
        var schedule = afterACommit(at: CommitSchedule.hold)
        schedule.addQuiet(rows: 1, now: 9)
        #expect(schedule.next(now: CommitSchedule.hold) == .wait(until: CommitSchedule.hold + 9))
        #expect(schedule.next(now: CommitSchedule.hold + 9) == .commit)
        schedule.addQuiet(rows: CommitSchedule.enough, now: 9)
        #expect(schedule.next(now: CommitSchedule.hold) == .commit)
    }

    @Test func `Who comes back wakes a writer that sleeps for quiet writes, or for nothing`() {
        var schedule = CommitSchedule()
        #expect(!schedule.isDue(before: .max, now: 7))
        schedule.addQuiet(rows: 1, now: 7)
        #expect(schedule.isDue(before: .max, now: 7))
        let end = CommitSchedule.hold + 7
        #expect(schedule.next(now: 8) == .wait(until: end))
        schedule.committed(commands: 3, duration: .microseconds(600), now: 8)
        #expect(!schedule.isDue(before: end, now: 8))
        schedule.addUrgent()
        #expect(schedule.next(now: 8) == .wait(until: 600_008))
        #expect(schedule.isDue(before: end, now: 8))
        #expect(!schedule.isDue(before: 600_008, now: 8))
        schedule.addUrgent()
        schedule.addUrgent()
        #expect(schedule.isDue(before: 600_008, now: 8))
    }

    @Test func `Who comes alone, or later, waits for nobody`() {
        var schedule = CommitSchedule()
        schedule.addUrgent()
        schedule.taken()
        schedule.committed(commands: 1, duration: .microseconds(600), now: 7)
        schedule.addUrgent()
        #expect(schedule.next(now: 8) == .commit)
        schedule = afterACommit(at: 7)
        schedule.taken()
        schedule.committed(commands: 1, duration: .microseconds(600), now: second)
        schedule.addUrgent()
        #expect(schedule.next(now: second) == .commit)
    }

    @Test func `After a failure nobody is waited for`() {
        var schedule = afterACommit(at: 7)
        schedule.taken()
        schedule.failed(now: 8)
        schedule.addUrgent()
        #expect(schedule.next(now: 8) == .commit)
    }
}
