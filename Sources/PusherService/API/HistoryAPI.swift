internal import MatrixPusher
internal import NIOHTTP1
internal import PushJSON

/// `GET /_matrix/client/v3/notifications` (Client-Server API, "Listing Notifications").
struct HistoryAPI: Sendable {
    let pusher: Pusher

    private static let defaultLimit = 50

    var route: Route { Route(.GET, "/_matrix/client/v3/notifications", list) }

    @Sendable private func list(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let user = try request.userID()
        // The specification names one value; any other asks for nothing less than everything.
        let onlyHighlight = request.queryValue("only")?.split(separator: ",").contains("highlight") ?? false
        let page = try await pusher.history(
            of: user, from: request.queryValue("from"), limit: try Self.limit(request), onlyHighlight: onlyHighlight)
        return .json { json in
            json.beginObject()
            if let next = page.nextToken {
                json.key("next_token")
                json.value(next)
            }
            json.key("notifications")
            json.beginArray()
            for entry in page.entries { Self.write(entry, to: &json) }
            json.endArray()
            json.endObject()
        }
    }

    private static func limit(_ request: HTTPRequest) throws(PusherError) -> Int {
        guard let text = request.queryValue("limit") else { return defaultLimit }
        guard let limit = Int(text), limit > 0 else {
            throw PusherError(.invalidParam, "limit must be a whole number, one or more")
        }
        return limit
    }

    private static func write(_ entry: NotificationHistory.Entry, to json: inout JSONWriter) {
        json.beginObject()
        json.key("actions")
        json.raw(entry.actions)
        json.key("event")
        json.raw(entry.event)
        json.key("read")
        json.value(entry.isRead)
        json.key("room_id")
        json.value(entry.roomID)
        json.key("ts")
        json.value(entry.at)
        json.endObject()
    }
}
