/// The events of a transaction. Their notifications and readers are in one list each, so that an event holds nothing that
/// would be counted for each copy of it.
package struct NewEvents: Sendable {
    /// Who has the texts; nil where there are no events.
    package var source: (any EventSource)?
    package var list: [NewEvent]
    package var notifications: [NewNotification]
    package var readers: [HistoryReader]

    package init(
        _ source: (any EventSource)? = nil, list: [NewEvent] = [], notifications: [NewNotification] = [],
        readers: [HistoryReader] = []
    ) {
        self.source = source
        self.list = list
        self.notifications = notifications
        self.readers = readers
    }
}
