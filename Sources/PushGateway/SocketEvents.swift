internal import CLinux

/// What a socket is waited for, and how it is ready.
struct SocketEvents: OptionSet {
    let rawValue: UInt32

    static let reading = SocketEvents(rawValue: EPOLLIN.rawValue)
    static let writing = SocketEvents(rawValue: EPOLLOUT.rawValue)
    /// There was an error, or the other side is gone; comes without being waited for.
    static let broken = SocketEvents(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}
