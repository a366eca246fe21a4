internal import MatrixPusher
internal import NIOHTTP1
internal import PushJSON

/// The socket API: one table of routes and what answers them.
struct PusherAPI: Sendable {
    let pusher: any PusherServing
    /// `push.legacy_mention_rules`, which `explain` follows too.
    let legacyMentionRules: Bool

    var routes: [Route] {
        [
            Route(.PUT, "/_pusher/v1/transactions/{txnId}", isBrief: true, submit),
            Route(.GET, "/_matrix/client/v3/pushers", listPushers),
            Route(.POST, "/_matrix/client/v3/pushers/set", setPusher),
            Route(.PUT, "/_pusher/v1/users/{userId}/pushrules", setPushRules),
            Route(.GET, "/_pusher/v1/status", status),
            Route(.GET, "/_pusher/v1/notifications", listNotifications),
            Route(.GET, "/_pusher/v1/notifications/{id}", showNotification),
            Route(.POST, "/_pusher/v1/explain", explain),
            Route(.GET, "/health", health),
        ]
    }

    // MARK: The homeserver's

    @Sendable private func submit(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let transaction = request.parameters[0]
        guard transaction.utf8.count <= 255 else {
            throw PusherError(.invalidParam, "the transaction id is longer than 255 bytes")
        }
        return HTTPResponse(body: try await pusher.submit(transactionID: transaction, body: request.body))
    }

    @Sendable private func listPushers(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let pushers = try await pusher.pushers(of: try request.userID())
        return .json { json in
            json.beginObject()
            json.key("pushers")
            json.beginArray()
            for pusher in pushers { pusher.writeAsClientAPI(to: &json) }
            json.endArray()
            json.endObject()
        }
    }

    @Sendable private func setPusher(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let user = try request.userID()
        let device = request.queryValue("device_id")
        if let device, device.isEmpty || device.utf8.count > 255 {
            throw PusherError(.invalidParam, "device_id must have 1 to 255 bytes")
        }
        try await pusher.setPusher(userID: user, deviceID: device, body: request.body)
        return .empty
    }

    @Sendable private func setPushRules(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try await pusher.setPushRules(userID: try HTTPRequest.checkedUserID(request.parameters[0]), body: request.body)
        return .empty
    }

    // MARK: Inspection

    @Sendable private func status(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let status = try await pusher.status()
        return .json(status.write)
    }

    @Sendable private func listNotifications(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let query = try NotificationQuery(request.query)
        let notifications = try await pusher.notifications(query.filter)
        return .json { NotificationList.write(notifications, to: &$0, showsSecrets: query.showsSecrets) }
    }

    @Sendable private func showNotification(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let showsSecrets = try NotificationQuery.showsSecrets(only: request.query)
        guard let id = Int64(request.parameters[0]), let notification = try await pusher.notification(id: id) else {
            throw NotificationList.notFound
        }
        return .json { notification.write(to: &$0, showsSecrets: showsSecrets) }
    }

    @Sendable private func explain(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let answer = PushRuleExplanation.answer(request.body, legacyMentionRules: legacyMentionRules)
        let isRefusal = (try? JSONDocument(parsing: answer))?.root["errcode"] != nil
        return HTTPResponse(status: isRefusal ? 400 : 200, body: answer)
    }

    /// 503 while nothing can be taken in; that the process lives is seen from there being an answer.
    @Sendable private func health(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let trouble = pusher.trouble
        var response = HTTPResponse.json { json in
            json.beginObject()
            json.member("status", trouble == nil ? "ok" : "failing")
            json.member("version", matrixPusherVersion)
            if let trouble {
                json.member("errcode", "M_UNKNOWN")
                json.member("error", trouble.error)
            }
            json.endObject()
        }
        if trouble != nil { response.status = 503 }
        return response
    }
}
