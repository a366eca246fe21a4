import Glibc
import SidecarHarness

/// The faults of a sidecar's machine, as the preloaded `FaultInjection` makes them.
///
/// `@unchecked Sendable`: the memory is shared with another process anyway; its members are single words.
final class FaultControl: @unchecked Sendable {
    /// Where a call is held up.
    enum Hold: Int64 {
        case nowhere
        /// Before something is written to the write-ahead log: a transaction that is held here is not stored.
        case beforeTheLogIsWritten
        /// When the write-ahead log is on the disk: a transaction that is held here is stored, and nobody knows.
        case afterTheLogIsSynced
    }

    /// The members of `struct fault_control`, in their order.
    private enum Member: Int {
        case writeError, hold, held, clockOffset, resolverHangs, resolving
    }

    private let path: String
    private let members: UnsafeMutablePointer<Int64>
    private static let size = 4096

    init(path: String) throws {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, Self.size) == 0 else { throw HarnessError("cannot make \(path)") }
        defer { close(descriptor) }
        guard let mapped = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            mapped != MAP_FAILED
        else { throw HarnessError("cannot map \(path)") }
        members = mapped.bindMemory(to: Int64.self, capacity: Self.size / 8)
    }

    deinit {
        munmap(members, Self.size)
    }

    /// What the process under test needs in its environment.
    func environment() throws -> [String: String] {
        ["LD_PRELOAD": try Bench.built("libFaultInjection.so"), "FAULT_CONTROL": path]
    }

    private subscript(member: Member) -> Int64 {
        get { members[member.rawValue] }
        set { members[member.rawValue] = newValue }
    }

    /// The error number that writing to files fails with, 0 for none. ENOSPC spares what does not need space.
    var writeError: Int32 {
        get { Int32(self[.writeError]) }
        set { self[.writeError] = Int64(newValue) }
    }

    var hold: Hold {
        get { Hold(rawValue: self[.hold]) ?? .nowhere }
        set {
            // A process that was killed in a held call cannot count itself out.
            if newValue != .nowhere { self[.held] = 0 }
            self[.hold] = newValue.rawValue
        }
    }

    /// Waits until a call is held up.
    func waitUntilHeld() async throws {
        try await waitUntil("a call to be held up") { self[.held] > 0 }
    }

    /// How far the wall clock is ahead, in milliseconds.
    var clockOffset: Int64 {
        get { self[.clockOffset] }
        set { self[.clockOffset] = newValue }
    }

    /// Whether the resolver leaves names below `.invalid` without an answer.
    var resolverHangs: Bool {
        get { self[.resolverHangs] != 0 }
        set { self[.resolverHangs] = newValue ? 1 : 0 }
    }

    /// Threads that wait for the resolver.
    var resolving: Int { Int(self[.resolving]) }
}
