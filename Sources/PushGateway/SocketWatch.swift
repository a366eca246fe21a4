internal import CLinux

#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Tells which sockets are ready: an epoll set that follows what libcurl waits for.
///
/// The socket of a connection stays in the set while no request uses it, so that a request costs no change of the set. What
/// comes meanwhile, mostly the end of the connection, takes it out.
///
/// libcurl does not say of every socket that it closes it: some that never got connected just go, and their numbers come
/// back for others.
///
/// `@unchecked Sendable`: ``wake()`` may be called from any thread, everything else belongs to the loop's thread, and once
/// that has ended to whoever cleans libcurl's handle up.
final class SocketWatch: @unchecked Sendable {
    /// What libcurl waits for and what the set knows, of one descriptor.
    private struct Entry {
        var wanted: SocketEvents = []
        var watched: SocketEvents = []
        /// It is a connection's, and may stay in the set for the next request.
        var isConnection = false
        /// It is not known to be connected.
        var isConnecting = false
    }

    private let epoll: Int32
    private let wakeUp: Int32
    /// By descriptor. Used several times a request, by one method at a time: no need to check that each time.
    @exclusivity(unchecked) private var entries: [Entry] = []
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: eventCapacity)
    /// Descriptors that the set did not take, for want of memory: tried again in each turn.
    @exclusivity(unchecked) private var unwatched: Set<Int32> = []

    /// A connection that was being made was given up.
    @exclusivity(unchecked) private var hasGivenUp = false

    private static let eventCapacity = 256
    /// Longest wait while a descriptor is not watched, milliseconds.
    private static let retryPause: Int64 = 100

    /// - Throws: ``TransferFailure`` when the system has no descriptors left.
    init() throws(TransferFailure) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw TransferFailure(.local, systemError: errno) }
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else {
            let error = errno
            close(epoll)
            throw TransferFailure(.local, systemError: error)
        }
        // Once for each wake-up, so that nobody has to read it.
        var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data(fd: wakeUp))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event) == 0 else {
            let error = errno
            close(epoll)
            close(wakeUp)
            throw TransferFailure(.local, systemError: error)
        }
    }

    deinit {
        close(epoll)
        close(wakeUp)
        events.deallocate()
    }

    /// Ends the wait under way, or else the next one.
    func wake() {
        eventfd_write(wakeUp, 1)
    }

    /// Waits until a socket is ready, a wake-up comes, or the time is over, and calls `body` with each socket that is ready
    /// and how. A broken one can be read or written, whichever it is waited for: that tells what happened.
    func wait(milliseconds: Int64, _ body: (Int32, SocketEvents) -> Void) {
        var limit = milliseconds
        if !unwatched.isEmpty {
            watchUnwatched()
            if !unwatched.isEmpty { limit = min(limit, Self.retryPause) }
        }
        let count = epoll_wait(epoll, events, Int32(Self.eventCapacity), Int32(clamping: max(0, limit)))
        if count < 0, errno != EINTR { LoopClock.pauseBriefly() }
        for index in 0..<max(0, Int(count)) {
            let descriptor = events[index].data.fd
            guard descriptor != wakeUp else { continue }
            let wanted = entries[Int(descriptor)].wanted
            guard !wanted.isEmpty else {
                remove(descriptor)
                continue
            }
            let ready = SocketEvents(rawValue: events[index].events)
            body(descriptor, ready.isDisjoint(with: .broken) ? ready : ready.union(wanted))
        }
    }

    // MARK: Told by libcurl

    /// This is what a socket is waited for from now on; nothing: it is not waited for any more.
    func watch(_ descriptor: Int32, for wanted: SocketEvents) {
        makeRoom(for: descriptor)
        entries[Int(descriptor)].wanted = wanted
        if wanted.contains(.reading) { entries[Int(descriptor)].isConnecting = false }
        guard wanted.isEmpty else { return update(descriptor) }
        // One that waited to read is connected, and libcurl will say when it closes it.
        if !entries[Int(descriptor)].isConnection || !entries[Int(descriptor)].watched.contains(.reading) {
            remove(descriptor)
        }
    }

    /// A connection's socket was opened.
    func opened(_ descriptor: Int32) {
        makeRoom(for: descriptor)
        // Where the last socket of this number went without a word, libcurl believes that it told what it waits for.
        entries[Int(descriptor)].watched = []
        entries[Int(descriptor)].isConnection = true
        entries[Int(descriptor)].isConnecting = true
        update(descriptor)
    }

    /// A connection's socket is about to be closed.
    func closing(_ descriptor: Int32) {
        guard entries.indices.contains(Int(descriptor)) else { return }
        // A copy of it in a process that was forked from this one would keep it in the set.
        remove(descriptor)
        entries[Int(descriptor)].wanted = []
    }

    /// Whether a connection that was being made was given up since the last call.
    func takeGivenUp() -> Bool {
        defer { hasGivenUp = false }
        return hasGivenUp
    }

    // MARK: The set

    private func makeRoom(for descriptor: Int32) {
        guard descriptor >= entries.count else { return }
        entries += repeatElement(Entry(), count: max(Int(descriptor) + 1, 2 * entries.count) - entries.count)
    }

    /// Makes the set know what is wanted of a descriptor.
    private func update(_ descriptor: Int32) {
        let entry = entries[Int(descriptor)]
        guard entry.wanted != entry.watched else { return }
        var event = epoll_event(events: entry.wanted.rawValue, data: epoll_data(fd: descriptor))
        var result = epoll_ctl(epoll, entry.watched.isEmpty ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event)
        // The socket that was watched is gone, and this is another one.
        if result != 0, errno == ENOENT { result = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) }
        if result == 0 {
            entries[Int(descriptor)].watched = entry.wanted
        } else {
            unwatched.insert(descriptor)
        }
    }

    private func watchUnwatched() {
        let descriptors = unwatched
        unwatched = []
        for descriptor in descriptors where !entries[Int(descriptor)].wanted.isEmpty { update(descriptor) }
    }

    /// Takes a descriptor out of the set; it is no connection's any more, as far as is known.
    private func remove(_ descriptor: Int32) {
        if !entries[Int(descriptor)].watched.isEmpty { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }
        entries[Int(descriptor)].watched = []
        entries[Int(descriptor)].isConnection = false
        if entries[Int(descriptor)].isConnecting { hasGivenUp = true }
        entries[Int(descriptor)].isConnecting = false
        unwatched.remove(descriptor)
    }
}
