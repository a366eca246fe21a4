/// What can be asked about the queue, of a running pusher or of a database at rest.
public protocol PusherInspection: Sendable {
    func status() async throws(PusherError) -> PusherStatus
    /// Pending notifications, oldest first.
    func notifications(_ filter: NotificationFilter) async throws(PusherError) -> [NotificationSummary]
    /// A pending or dead notification; nil where there is none with this id.
    func notification(id: Int64) async throws(PusherError) -> NotificationDetail?
}
