/// An event to store once, with the notifications and the history that refer to it.
package struct NewEvent: Sendable {
    package var source: any EventSource
    /// What the source knows the event by.
    package var place: Int
    /// It notifies nobody: only its IDs are stored, for its place in the order of arrival.
    package var isPlace: Bool
    /// Unix milliseconds after which the event is of no use to anyone.
    package var expiresAt: Int64?
    package var notifications: ArraySlice<NewNotification>
    /// The users whom it notifies.
    package var readers: ArraySlice<HistoryReader>

    package init(
        _ source: any EventSource, _ place: Int, isPlace: Bool = false, expiresAt: Int64? = nil,
        notifications: ArraySlice<NewNotification> = [], readers: ArraySlice<HistoryReader> = []
    ) {
        self.source = source
        self.place = place
        self.isPlace = isPlace
        self.expiresAt = expiresAt
        self.notifications = notifications
        self.readers = readers
    }
}
