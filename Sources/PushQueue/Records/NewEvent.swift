/// An event to store once, with the notifications and the history that refer to it.
package struct NewEvent: Sendable {
    /// What the source knows the event by.
    package var place: Int
    /// It notifies nobody: only its IDs are stored, for its place in the order of arrival.
    package var isPlace: Bool
    /// Unix milliseconds after which the event is of no use to anyone.
    package var expiresAt: Int64?
    /// Its own in ``NewEvents/notifications``.
    package var notifications: Range<Int>
    /// The users whom it notifies, in ``NewEvents/readers``.
    package var readers: Range<Int>

    package init(
        _ place: Int, isPlace: Bool = false, expiresAt: Int64? = nil, notifications: Range<Int> = 0..<0,
        readers: Range<Int> = 0..<0
    ) {
        self.place = place
        self.isPlace = isPlace
        self.expiresAt = expiresAt
        self.notifications = notifications
        self.readers = readers
    }
}
