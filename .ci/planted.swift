// What a sanitizer has to report, a race or an overflow, and what it must not: planted <guarded|race|overflow>.

import Glibc
import Synchronization

/// Two numbers, one of them behind a mutex, and two threads that count at the same time.
final class Counters: @unchecked Sendable {
    let guarded = Mutex(0)
    var unguarded = 0
    private let times: Int
    private let count: @Sendable (Counters) -> Void
    private let barriers = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 2)

    init(times: Int, _ count: @escaping @Sendable (Counters) -> Void) {
        self.times = times
        self.count = count
        pthread_barrier_init(barriers, nil, 2)
        pthread_barrier_init(barriers + 1, nil, 2)
    }

    func run() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var threads = [pthread_t](repeating: 0, count: 2)
        for index in threads.indices {
            pthread_create(
                &threads[index], nil,
                { context in
                    Unmanaged<Counters>.fromOpaque(context!).takeUnretainedValue().work()
                    return nil
                }, context)
        }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Neither thread is over before the other one has begun: of one that is over, nothing is remembered.
    private func work() {
        pthread_barrier_wait(barriers)
        for _ in 0..<times { count(self) }
        pthread_barrier_wait(barriers + 1)
    }
}

@main struct Planted {
    static func main() {
        switch CommandLine.arguments.last {
        // Often enough that the threads meet at the mutex.
        case "guarded": Counters(times: 100_000) { counters in counters.guarded.withLock { $0 += 1 } }.run()
        // Few times: what is long past cannot be reported.
        case "race": Counters(times: 10) { $0.unguarded += 1 }.run()
        case "overflow":
            let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
            bytes[CommandLine.arguments.count + 6] = 1
        default: exit(64)
        }
    }
}
