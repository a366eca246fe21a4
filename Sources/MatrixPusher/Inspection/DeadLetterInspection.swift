/// What can be asked about dead letters, of a running ``Pusher`` or of a database at rest.
public protocol DeadLetterInspection: Sendable {
    /// Dead letters, those of the oldest events first.
    func deadLetters(_ filter: DeadLetterFilter) async throws(PusherError) -> [NotificationSummary]
    /// A dead letter with every attempt; nil where there is none with this id.
    func deadLetter(id: Int64) async throws(PusherError) -> NotificationDetail?
}
