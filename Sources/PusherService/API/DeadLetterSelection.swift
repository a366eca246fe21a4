package import MatrixPusher

/// The query of `…/dead_letters/retry` and `…/dead_letters/purge`: what to act on.
///
/// An `id` is acted on at once. A filter, or `all=true` for everything, needs `yes=true`; without it only the count is
/// answered. `after` goes on where the last answer's `next` says.
package enum DeadLetterSelection: Sendable, Equatable {
    case id(Int64)
    case matching(DeadLetterFilter, after: Int64, isConfirmed: Bool)

    /// Dead letters that one request acts on at most, and unless it says fewer.
    package static let largestLimit = NotificationQuery.largestLimit

    init(_ query: [RequestTarget.QueryItem]) throws(PusherError) {
        var filter = DeadLetterFilter()
        filter.limit = Self.largestLimit
        var id: Int64?
        var after: Int64 = 0
        var isConfirmed = false
        var isAll = false
        for item in query {
            switch item.name {
            case "id": id = try Self.number(item)
            case "after": after = try Self.number(item)
            case "yes": isConfirmed = try NotificationQuery.flag(item)
            case "all": isAll = try NotificationQuery.flag(item)
            default: guard try filter.take(item) else { throw NotificationQuery.unknown(item) }
            }
        }
        guard [id != nil, isAll, !filter.isUnrestricted].count(where: { $0 }) == 1 else {
            throw PusherError(
                .invalidParam, "give one of these: an id, a filter (gateway, user, app, reason, older), or all=true")
        }
        guard let id else {
            self = .matching(filter, after: after, isConfirmed: isConfirmed)
            return
        }
        guard query.count == 1 else { throw PusherError(.invalidParam, "an id is given alone") }
        self = .id(id)
    }

    /// The query as a client writes it, with its question mark.
    var text: String {
        switch self {
        case .id(let id): return "?id=\(id)"
        case .matching(let filter, let after, let isConfirmed):
            var items = [("after", String(after)), ("yes", String(isConfirmed))]
            if filter.isUnrestricted { items.append(("all", "true")) }
            return filter.text(with: items)
        }
    }

    private static func number(_ item: RequestTarget.QueryItem) throws(PusherError) -> Int64 {
        guard let number = Int64(item.value) else { throw PusherError(.invalidParam, "\(item.name) must be a number") }
        return number
    }
}
