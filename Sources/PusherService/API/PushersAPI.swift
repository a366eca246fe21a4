internal import MatrixPusher
internal import NIOHTTP1
internal import PushJSON

/// The part of the socket API about pushers: how they end, who follows that, and what there is.
struct PushersAPI: Sendable {
    let pusher: any PusherLifeCycleServing

    var routes: [Route] {
        [
            Route(.POST, "/_pusher/v1/users/{userId}/logout", logOut),
            Route(.DELETE, "/_pusher/v1/users/{userId}", deleteUser),
            Route(.GET, "/_pusher/v1/removed_pushers", listRemoved),
            Route(.POST, "/_pusher/v1/removed_pushers/{id}/restore", restore),
            Route(.GET, "/_pusher/v1/pushers", list),
            Route(.GET, "/_pusher/v1/pushers/{id}", show),
            Route(.DELETE, "/_pusher/v1/pushers/{id}", remove),
        ]
    }

    // MARK: The homeserver's

    @Sendable private func logOut(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let user = try HTTPRequest.checkedUserID(request.parameters[0])
        let count = try await pusher.logOut(userID: user, body: request.body)
        return .json { json in
            json.beginObject()
            json.member("removed", count)
            json.endObject()
        }
    }

    @Sendable private func deleteUser(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try await pusher.deleteUser(try HTTPRequest.checkedUserID(request.parameters[0]))
        return .empty
    }

    @Sendable private func listRemoved(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let query = try RemovedPusherQuery(request.query)
        let removed = try await pusher.removedPushers(since: query.since, limit: query.limit, timeout: query.timeout)
        return .json { RemovedPusherList.write(removed, since: query.since, to: &$0, showsSecrets: query.showsSecrets) }
    }

    // MARK: Operators'

    @Sendable private func restore(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let showsSecrets = try NotificationQuery.showsSecrets(only: request.query)
        guard let id = Int64(request.parameters[0]) else {
            throw PusherError(.notFound, "there is no removed pusher with this id")
        }
        let restored = try await pusher.restorePusher(removal: id)
        return .json { restored.write(to: &$0, showsSecrets: showsSecrets) }
    }

    @Sendable private func list(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let query = try PusherListQuery(request.query)
        let pushers = try await pusher.pushers(query.filter)
        return .json { PusherList.write(pushers, to: &$0, showsSecrets: query.showsSecrets) }
    }

    @Sendable private func show(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let showsSecrets = try NotificationQuery.showsSecrets(only: request.query)
        guard let id = Int64(request.parameters[0]), let found = try await pusher.pusher(id: id) else {
            throw PusherList.notFound
        }
        return .json { found.writeDetail(to: &$0, showsSecrets: showsSecrets) }
    }

    @Sendable private func remove(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let showsSecrets = try NotificationQuery.showsSecrets(only: request.query)
        guard let id = Int64(request.parameters[0]) else { throw PusherList.notFound }
        let removed = try await pusher.removePusher(id: id)
        return .json { removed.write(to: &$0, showsSecrets: showsSecrets) }
    }
}
