package import MatrixPusher

/// The query of `…/notifications`: which to list and how.
///
/// A parameter that is not known is refused: a filter misspelt must not become no filter.
package struct NotificationQuery: Sendable, Equatable {
    package var filter = NotificationFilter()
    /// Pushkeys in full.
    package var showsSecrets = false

    /// More are not listed at once; a greater limit is taken as this one.
    package static let largestLimit = 10_000

    package init() {}

    init(_ query: [RequestTarget.QueryItem]) throws(PusherError) {
        for item in query {
            guard !item.value.isEmpty else { throw PusherError(.invalidParam, "the parameter \(item.name) is empty") }
            switch item.name {
            case "gateway": filter.gateway = item.value
            case "user": filter.userID = item.value
            case "app": filter.appID = item.value
            case "state": filter.state = try Self.state(item.value)
            case "older": filter.olderThan = try Self.age(item.value)
            case "limit": filter.limit = try Self.limit(item.value)
            case "show_secrets": showsSecrets = try Self.flag(item)
            default: throw Self.unknown(item)
            }
        }
    }

    /// The query of a single notification, which has nothing but `show_secrets`.
    static func showsSecrets(only query: [RequestTarget.QueryItem]) throws(PusherError) -> Bool {
        var showsSecrets = false
        for item in query {
            guard item.name == "show_secrets" else { throw unknown(item) }
            showsSecrets = try flag(item)
        }
        return showsSecrets
    }

    /// The query as a client writes it, with its question mark; empty when nothing is asked for.
    var text: String {
        var items: [(name: String, value: String?)] = [
            ("gateway", filter.gateway), ("user", filter.userID), ("app", filter.appID),
            ("state", filter.state?.rawValue), ("older", filter.olderThan.map(DurationText.exact)),
            ("limit", String(filter.limit)),
        ]
        if showsSecrets { items.append(("show_secrets", "true")) }
        let pairs = items.compactMap { item in item.value.map { "\(item.name)=\(RequestTarget.encoded($0))" } }
        return "?" + pairs.joined(separator: "&")
    }

    // MARK: Values

    package static func state(_ text: String) throws(PusherError) -> NotificationSummary.State {
        guard let state = NotificationSummary.State(rawValue: text), state != .dead else {
            throw PusherError(.invalidParam, "state must be due, waiting or in_flight")
        }
        return state
    }

    package static func age(_ text: String) throws(PusherError) -> Duration {
        guard let age = DurationText.parse(text) else {
            throw PusherError(.invalidParam, "older must be \(DurationText.expectation)")
        }
        return age
    }

    package static func limit(_ text: String) throws(PusherError) -> Int {
        guard let limit = Int(text), limit > 0 else {
            throw PusherError(.invalidParam, "limit must be a positive number")
        }
        return min(limit, largestLimit)
    }

    static func flag(_ item: RequestTarget.QueryItem) throws(PusherError) -> Bool {
        guard let flag = Bool(item.value) else {
            throw PusherError(.invalidParam, "\(item.name) must be true or false")
        }
        return flag
    }

    static func unknown(_ item: RequestTarget.QueryItem) -> PusherError {
        PusherError(.invalidParam, "unknown parameter \(item.name.prefix(40))")
    }
}
