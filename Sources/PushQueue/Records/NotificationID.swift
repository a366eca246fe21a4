/// How the ids of notifications are made: event number × 4096 + ordinal.
///
/// "Is the event still referred to?" is then a range probe on the primary key, and ids ascend in the order of arrival.
/// Numbers are never used twice, also not after a restart.
package enum NotificationID {
    /// Notifications that one event row can have; an event with more takes several consecutive event numbers.
    package static let perEvent: Int64 = 4096

    /// The id of an event's notification with this index, given the number of the event's first row.
    package static func make(firstEventNumber: Int64, index: Int) -> Int64 {
        firstEventNumber * perEvent + Int64(index)
    }

    /// The number of the event row that a notification refers to.
    package static func eventNumber(of notification: Int64) -> Int64 {
        notification / perEvent
    }
}
