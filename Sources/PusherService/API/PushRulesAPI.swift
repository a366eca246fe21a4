internal import MatrixPusher
internal import NIOHTTP1

/// The push rules part of the socket API: the Client-Server API's endpoints, and the homeserver's for whole rulesets.
struct PushRulesAPI: Sendable {
    let pusher: Pusher

    private static let root = "/_matrix/client/v3/pushrules"
    private static let rule = root + "/{scope}/{kind}/{ruleId}"

    var routes: [Route] {
        [
            Route(.GET, Self.root + "/", list),
            Route(.GET, Self.root + "/{scope}/", listScope),
            Route(.GET, Self.root + "/{scope}/{kind}/", listKind),
            Route(.PUT, Self.root + "/{scope}/{kind}/", refuseEmptyRuleID),
            Route(.DELETE, Self.root + "/{scope}/{kind}/", refuseEmptyRuleID),
            Route(.GET, Self.rule, show),
            Route(.PUT, Self.rule, set),
            Route(.DELETE, Self.rule, delete),
            Route(.GET, Self.rule + "/{attribute}", showAttribute),
            Route(.PUT, Self.rule + "/{attribute}", setAttribute),
            Route(.DELETE, "/_pusher/v1/users/{userId}/pushrules", deleteAll),
            Route(.POST, "/_pusher/v1/rooms/upgrade", copyRoomRules),
        ]
    }

    // MARK: The Client-Server API's

    @Sendable private func list(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        HTTPResponse(body: try await pusher.pushRules(of: try request.userID()))
    }

    @Sendable private func listScope(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try Self.checkScope(request)
        return HTTPResponse(body: try await pusher.globalPushRules(of: try request.userID()))
    }

    @Sendable private func listKind(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try Self.checkScope(request)
        return HTTPResponse(
            body: try await pusher.pushRules(of: try request.userID(), kind: request.parameters[1]))
    }

    @Sendable private func refuseEmptyRuleID(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        throw PusherError(.invalidParam, "the rule ID is empty")
    }

    @Sendable private func show(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try Self.checkScope(request)
        return HTTPResponse(
            body: try await pusher.pushRule(
                of: try request.userID(), kind: request.parameters[1], ruleID: request.parameters[2]))
    }

    @Sendable private func set(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try Self.checkScope(request)
        try await pusher.setPushRule(
            of: try request.userID(), kind: request.parameters[1], ruleID: request.parameters[2], body: request.body,
            before: request.queryValue("before"), after: request.queryValue("after"))
        return .empty
    }

    @Sendable private func delete(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try Self.checkScope(request)
        try await pusher.deletePushRule(
            of: try request.userID(), kind: request.parameters[1], ruleID: request.parameters[2])
        return .empty
    }

    @Sendable private func showAttribute(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try Self.checkScope(request)
        return HTTPResponse(
            body: try await pusher.pushRule(
                of: try request.userID(), kind: request.parameters[1], ruleID: request.parameters[2],
                attribute: request.parameters[3]))
    }

    @Sendable private func setAttribute(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try Self.checkScope(request)
        try await pusher.setPushRule(
            of: try request.userID(), kind: request.parameters[1], ruleID: request.parameters[2],
            attribute: request.parameters[3], body: request.body)
        return .empty
    }

    /// There is no other scope since version 1.0 of the specification.
    private static func checkScope(_ request: HTTPRequest) throws(PusherError) {
        guard request.parameters[0] == "global" else {
            throw PusherError(.invalidParam, "unknown scope of push rules; there is only global")
        }
    }

    // MARK: The homeserver's

    @Sendable private func deleteAll(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try await pusher.deletePushRules(of: try HTTPRequest.checkedUserID(request.parameters[0]))
        return .empty
    }

    @Sendable private func copyRoomRules(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        HTTPResponse(body: try await pusher.copyRoomPushRules(request.body))
    }
}
