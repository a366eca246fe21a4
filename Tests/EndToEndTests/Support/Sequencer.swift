import SidecarHarness
import Synchronization

/// Gateway answers one after the other, then the same for ever.
final class Sequencer: Sendable {
    private let answers: Mutex<[GatewayAnswer]>
    private let last: GatewayAnswer

    init(_ answers: [GatewayAnswer], then last: GatewayAnswer) {
        self.answers = Mutex(answers.reversed())
        self.last = last
    }

    func next() -> GatewayAnswer {
        answers.withLock { $0.popLast() } ?? last
    }
}

/// Counts from 0.
final class Counter: Sendable {
    private let value = Atomic(0)

    func next() -> Int { value.add(1, ordering: .relaxed).oldValue }
}
