internal import Synchronization

/// Memory that connections share, given out in the order of asking.
///
/// What is taken is enough for the whole of what is to come, so that whoever has it can finish: nobody who has some waits
/// for more. Thread-safe.
final class MemoryBudget: Sendable {
    /// Names what was taken or is waited for.
    typealias Share = Int

    private struct State {
        var used = 0
        var nextShare = 0
        /// Bytes by share.
        var held: [Share: Int] = [:]
        var waiting: [(share: Share, bytes: Int, onGrant: @Sendable (Share) -> Void)] = []

        /// Something larger than the whole budget has it alone.
        func fits(_ bytes: Int, _ capacity: Int) -> Bool { used == 0 || used + bytes <= capacity }

        mutating func hold(_ share: Share, _ bytes: Int) {
            held[share] = bytes
            used += bytes
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: Bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Bytes that are taken.
    var used: Int { state.withLock { $0.used } }

    /// Takes memory if there is some; nil where there is none, or others wait for it.
    func takeNow(_ bytes: Int) -> Share? {
        state.withLock { state in
            guard state.waiting.isEmpty, state.fits(bytes, capacity) else { return nil }
            state.nextShare += 1
            state.hold(state.nextShare, bytes)
            return state.nextShare
        }
    }

    /// Takes memory, or gets in line for it.
    /// - Parameter onGrant: Called on any thread once it is there; never where it is there at once.
    func take(_ bytes: Int, onGrant: @escaping @Sendable (Share) -> Void) -> (share: Share, isHeld: Bool) {
        state.withLock { state in
            state.nextShare += 1
            let share = state.nextShare
            let isHeld = state.waiting.isEmpty && state.fits(bytes, capacity)
            if isHeld { state.hold(share, bytes) } else { state.waiting.append((share, bytes, onGrant)) }
            return (share, isHeld)
        }
    }

    /// Less is needed than was taken.
    func shrink(_ share: Share, to bytes: Int) {
        release { state in
            guard let held = state.held[share], bytes < held else { return }
            state.held[share] = bytes
            state.used -= held - bytes
        }
    }

    /// Gives back what was taken, or leaves the line. A share that has ended stays so.
    func end(_ share: Share) {
        release { state in
            if let bytes = state.held.removeValue(forKey: share) {
                state.used -= bytes
            } else {
                state.waiting.removeAll { $0.share == share }
            }
        }
    }

    /// Changes the state and gives what is free to those in front of the line.
    private func release(_ change: (inout State) -> Void) {
        let granted = state.withLock { state in
            change(&state)
            var count = 0
            while count < state.waiting.count, state.fits(state.waiting[count].bytes, capacity) {
                state.hold(state.waiting[count].share, state.waiting[count].bytes)
                count += 1
            }
            defer { state.waiting.removeFirst(count) }
            return state.waiting.prefix(count)
        }
        for waiter in granted { waiter.onGrant(waiter.share) }
    }
}
