package import MatrixPusher

/// The query of `…/dead_letters`: which to list and how. A parameter that is not known is refused, as in
/// ``NotificationQuery``.
package struct DeadLetterQuery: Sendable, Equatable {
    package var filter = DeadLetterFilter()
    /// Pushkeys in full.
    package var showsSecrets = false

    package init() {}

    init(_ query: [RequestTarget.QueryItem]) throws(PusherError) {
        for item in query where try !filter.take(item) {
            guard item.name == "show_secrets" else { throw NotificationQuery.unknown(item) }
            showsSecrets = try NotificationQuery.flag(item)
        }
    }

    /// The query as a client writes it, with its question mark.
    var text: String { filter.text(with: showsSecrets ? [("show_secrets", "true")] : []) }

    package static func reason(_ text: String) throws(PusherError) -> NotificationSummary.Death.Reason {
        guard let reason = NotificationSummary.Death.Reason(rawValue: text) else {
            throw PusherError(.invalidParam, "reason must be gave_up, expired, refused, too_large or blocked_address")
        }
        return reason
    }
}

extension DeadLetterFilter {
    /// Whether it lets everything through, but for its limit.
    package var isUnrestricted: Bool {
        gateway == nil && userID == nil && appID == nil && reason == nil && olderThan == nil
    }

    /// Takes a parameter over; false where it is none of a filter.
    mutating func take(_ item: RequestTarget.QueryItem) throws(PusherError) -> Bool {
        guard !item.value.isEmpty else { throw PusherError(.invalidParam, "the parameter \(item.name) is empty") }
        switch item.name {
        case "gateway": gateway = item.value
        case "user": userID = item.value
        case "app": appID = item.value
        case "reason": reason = try DeadLetterQuery.reason(item.value)
        case "older": olderThan = try NotificationQuery.age(item.value)
        case "limit": limit = try NotificationQuery.limit(item.value)
        default: return false
        }
        return true
    }

    /// The filter as a query, with its question mark.
    func text(with others: [(name: String, value: String)]) -> String {
        let items: [(name: String, value: String?)] = [
            ("gateway", gateway), ("user", userID), ("app", appID), ("reason", reason?.rawValue),
            ("older", olderThan.map(DurationText.exact)), ("limit", String(limit)),
        ]
        let pairs = items.compactMap { item in item.value.map { "\(item.name)=\(RequestTarget.encoded($0))" } }
        return "?" + (pairs + others.map { "\($0.name)=\($0.value)" }).joined(separator: "&")
    }
}
