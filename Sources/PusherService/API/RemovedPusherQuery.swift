internal import MatrixPusher

/// The query of `…/removed_pushers`.
struct RemovedPusherQuery: Sendable, Equatable {
    /// The last answer's `next`; 0 for everything.
    var since: Int64 = 0
    /// How long to wait where there is nothing yet; the pusher itself bounds it.
    var timeout: Duration = .zero
    var limit = Self.largestLimit
    /// The homeserver, for which this is, knows its pushers by their pushkeys: shown unless it is told otherwise.
    var showsSecrets = true

    /// What one answer holds at most; the rest is had at once with the next `since`.
    static let largestLimit = 1000

    init() {}

    init(_ query: [RequestTarget.QueryItem]) throws(PusherError) {
        for item in query {
            switch item.name {
            case "since": since = try Self.number(item)
            case "timeout": timeout = .milliseconds(try Self.number(item))
            case "limit": limit = min(try NotificationQuery.limit(item.value), Self.largestLimit)
            case "show_secrets": showsSecrets = try NotificationQuery.flag(item)
            default: throw NotificationQuery.unknown(item)
            }
        }
    }

    /// The query as a client writes it, with its question mark.
    var text: String {
        "?since=\(since)&timeout=\(timeout.milliseconds)&limit=\(limit)&show_secrets=\(showsSecrets)"
    }

    private static func number(_ item: RequestTarget.QueryItem) throws(PusherError) -> Int64 {
        guard let number = Int64(item.value), number >= 0 else {
            throw PusherError(.invalidParam, "\(item.name) must be a whole number, 0 or more")
        }
        return number
    }
}
