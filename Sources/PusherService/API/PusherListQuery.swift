package import MatrixPusher

/// The query of `…/pushers`: which to list and how. A parameter that is not known is refused, as in ``NotificationQuery``.
package struct PusherListQuery: Sendable, Equatable {
    package var filter = PusherFilter()
    /// Pushkeys in full.
    package var showsSecrets = false

    package init() {}

    init(_ query: [RequestTarget.QueryItem]) throws(PusherError) {
        for item in query {
            guard !item.value.isEmpty else { throw PusherError(.invalidParam, "the parameter \(item.name) is empty") }
            switch item.name {
            case "gateway": filter.gateway = item.value
            case "user": filter.userID = item.value
            case "app": filter.appID = item.value
            case "state": filter.state = try Self.state(item.value)
            case "limit": filter.limit = try NotificationQuery.limit(item.value)
            case "show_secrets": showsSecrets = try NotificationQuery.flag(item)
            default: throw NotificationQuery.unknown(item)
            }
        }
    }

    /// The query as a client writes it, with its question mark.
    var text: String {
        var items: [(name: String, value: String?)] = [
            ("gateway", filter.gateway), ("user", filter.userID), ("app", filter.appID),
            ("state", filter.state?.rawValue), ("limit", String(filter.limit)),
        ]
        if showsSecrets { items.append(("show_secrets", "true")) }
        let pairs = items.compactMap { item in item.value.map { "\(item.name)=\(RequestTarget.encoded($0))" } }
        return "?" + pairs.joined(separator: "&")
    }

    package static func state(_ text: String) throws(PusherError) -> PusherFilter.State {
        guard let state = PusherFilter.State(rawValue: text) else {
            throw PusherError(.invalidParam, "state must be ok, failing or disabled")
        }
        return state
    }
}
