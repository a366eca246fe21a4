internal import NIOCore

/// A deadline that moves with every request but seldom touches the event loop: the scheduled task finds out when it
/// fires whether the deadline has moved on, and goes to sleep again.
///
/// Belongs to one event loop.
final class DeadlineTimer {
    enum Purpose: Sendable { case idle, request, answer, linger }

    /// What the deadline is for; nil while there is none.
    private(set) var purpose: Purpose?
    private var deadline = NIODeadline.distantFuture
    private var firesAt = NIODeadline.distantFuture
    private var task: Scheduled<Void>?
    private var eventLoop: NIOIsolatedEventLoop?
    private var action: ((Purpose) -> Void)?

    /// Sets what is called when a deadline has passed; until `stop` it is kept.
    func start(on eventLoop: any EventLoop, action: @escaping (Purpose) -> Void) {
        self.eventLoop = eventLoop.assumeIsolated()
        self.action = action
    }

    /// Sets the deadline, in place of one that is set.
    func arm(_ timeout: Duration, _ purpose: Purpose) {
        self.purpose = purpose
        deadline = .now() + TimeAmount(timeout)
        if deadline < firesAt { schedule() }
    }

    func disarm() {
        purpose = nil
        deadline = .distantFuture
    }

    /// Ends the timer; it holds nothing after this.
    func stop() {
        disarm()
        task?.cancel()
        task = nil
        action = nil
    }

    private func schedule() {
        task?.cancel()
        firesAt = deadline
        task = eventLoop?.scheduleTask(deadline: deadline) { self.fire() }
    }

    private func fire() {
        firesAt = .distantFuture
        guard let purpose else { return }
        if deadline <= .now() {
            disarm()
            action?(purpose)
        } else {
            schedule()
        }
    }
}
