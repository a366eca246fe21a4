import Glibc
import SidecarHarness
import Synchronization

/// What the built-in gateway has received: a file that its process writes and this tool reads, both through memory.
///
/// Layout: one page with counters and ports, then an entry per request, the event's number and the time of receipt.
/// `@unchecked Sendable`: the counters are atomic, and an entry is complete before it is counted.
final class GatewayRecord: @unchecked Sendable {
    struct Entry {
        /// The digits of the event's ID; `UInt64.max` where it has none.
        let event: UInt64
        /// Monotonic nanoseconds.
        let receivedAt: UInt64
    }

    private static let headerSize = 4096
    static let maximumPorts = 512

    private let memory: UnsafeMutableRawPointer
    private let size: Int
    let capacity: Int

    /// Opens the file, and makes it where it is not there.
    /// - Parameter capacity: Entries that are kept; later requests are only counted.
    init(path: String, capacity: Int) throws {
        self.capacity = capacity
        size = Self.headerSize + capacity * MemoryLayout<Entry>.stride
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, off_t(size)) == 0,
            let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else { throw HarnessError("cannot map \(path): \(String(cString: strerror(errno)))") }
        close(descriptor)
        self.memory = memory
    }

    deinit {
        munmap(memory, size)
    }

    // Each on a cache line of its own.
    private func counter(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (memory + index * 64).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// Requests received.
    var received: Int { Int(counter(0).pointee.load(ordering: .acquiring)) }
    /// Requests received and not answered yet.
    var waiting: Int { Int(counter(1).pointee.load(ordering: .acquiring)) }
    func setWaiting(_ count: Int) { counter(1).pointee.store(UInt64(count), ordering: .releasing) }

    func add(_ entry: Entry) {
        let index = received
        if index < capacity { entries[index] = entry }
        counter(0).pointee.store(UInt64(index + 1), ordering: .releasing)
    }

    /// The entries of these requests, as far as they were kept.
    func entries(_ range: Range<Int>) -> UnsafeBufferPointer<Entry> {
        UnsafeBufferPointer(
            rebasing: UnsafeBufferPointer(start: entries, count: capacity)[range.clamped(to: 0..<capacity)])
    }

    private var entries: UnsafeMutablePointer<Entry> {
        (memory + Self.headerSize).assumingMemoryBound(to: Entry.self)
    }

    // MARK: Ports

    private var portNumbers: UnsafeMutablePointer<UInt16> { (memory + 1024).assumingMemoryBound(to: UInt16.self) }

    /// The ports the gateway listens on; empty before it does.
    var ports: [UInt16] {
        (0..<Int(counter(2).pointee.load(ordering: .acquiring))).map { portNumbers[$0] }
    }

    func setPorts(_ ports: [UInt16]) {
        precondition(ports.count <= Self.maximumPorts)
        for (index, port) in ports.enumerated() { portNumbers[index] = port }
        counter(2).pointee.store(UInt64(ports.count), ordering: .releasing)
    }
}
