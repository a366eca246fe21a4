import MatrixPusher
import NIOHTTP1
import PushJSON
import Testing

@testable import PusherService

/// The routes and what they hand on.
@Suite struct PusherAPITests {
    private let pusher = FakePusher(
        notification: NotificationDetail(summary: Samples.summary, attempts: []),
        pushers: [Samples.pusher]
    )

    private func answer(_ method: HTTPMethod, _ target: String, _ body: String = "") async -> HTTPResponse {
        let router = Router(PusherAPI(pusher: pusher, legacyMentionRules: false).routes)
        switch router.resolve(method, target) {
        case .answer(let answer): return answer
        case .handle(var request, let handler):
            request.body = Array(body.utf8)
            do throws(PusherError) { return try await handler(request) } catch { return HTTPResponse(error) }
        }
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    static let calls: [(HTTPMethod, String, String)] = [
        (.PUT, "/_pusher/v1/transactions/t%2F1", "submit t/1 {}"),
        (.GET, "/_matrix/client/v3/pushers?user_id=%40bob:hs", "pushers @bob:hs"),
        (.POST, "/_matrix/client/v3/pushers/set?user_id=@bob:hs", "setPusher @bob:hs - {}"),
        (.POST, "/_matrix/client/v3/pushers/set?device_id=D&user_id=@bob:hs", "setPusher @bob:hs D {}"),
        (.PUT, "/_pusher/v1/users/@bob%3Ahs/pushrules", "setPushRules @bob:hs {}"),
        (.GET, "/_pusher/v1/status", "status"),
        (.GET, "/_pusher/v1/notifications", "notifications"),
        (.GET, "/_pusher/v1/notifications/4097", "notification 4097"),
    ]

    @Test(arguments: calls)
    func handsOn(method: HTTPMethod, target: String, call: String) async {
        #expect(await answer(method, target, "{}").status == 200)
        #expect(await pusher.calls == [call])
    }

    @Test(arguments: calls)
    func passesRefusalsOn(method: HTTPMethod, target: String, call: String) async {
        await pusher.refuse(with: PusherError(.limitExceeded, "full", retryAfter: .seconds(7)))
        let refusal = await answer(method, target, "{}")
        #expect(refusal.status == 429 && refusal.retryAfter == 7)
    }

    static let refusals: [(HTTPMethod, String, Int, String)] = [
        (.PUT, "/_pusher/v1/transactions/", 404, "M_UNRECOGNIZED"),
        (.PUT, "/_pusher/v1/transactions/\(String(repeating: "t", count: 256))", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/transactions/t", 405, "M_UNRECOGNIZED"),
        (.GET, "/_matrix/client/v3/pushers", 400, "M_MISSING_PARAM"),
        (.GET, "/_matrix/client/v3/pushers?user_id=", 400, "M_INVALID_PARAM"),
        (.GET, "/_matrix/client/v3/pushers?user_id=bob", 400, "M_INVALID_PARAM"),
        (.GET, "/_matrix/client/v3/pushers?user_id=@bob:", 400, "M_INVALID_PARAM"),
        (.GET, "/_matrix/client/v3/pushers?user_id=@b%00ob:hs", 400, "M_INVALID_PARAM"),
        (.GET, "/_matrix/client/v3/pushers?user_id=@\(String(repeating: "b", count: 255)):hs", 400, "M_INVALID_PARAM"),
        (.POST, "/_matrix/client/v3/pushers/set", 400, "M_MISSING_PARAM"),
        (.POST, "/_matrix/client/v3/pushers/set?user_id=@bob:hs&device_id=", 400, "M_INVALID_PARAM"),
        (.PUT, "/_pusher/v1/users/bob/pushrules", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications?limit=0", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications?limit=x", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications?state=dead", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications?older=5", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications?user=", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications?usr=x", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications?show_secrets=yes", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/notifications/4098", 404, "M_NOT_FOUND"),
        (.GET, "/_pusher/v1/notifications/x", 404, "M_NOT_FOUND"),
        (.GET, "/_pusher/v1/notifications/4097?limit=1", 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/explain", 405, "M_UNRECOGNIZED"),
        (.GET, "/metrics", 404, "M_UNRECOGNIZED"),
    ]

    @Test(arguments: refusals)
    func refuses(method: HTTPMethod, target: String, status: Int, code: String) async throws {
        let refusal = await answer(method, target, "{}")
        #expect(refusal.status == status)
        let error = try JSONDocument(parsing: refusal.body).root
        #expect(error["errcode"]?.string == code && error["error"]?.string?.isEmpty == false)
    }

    @Test func understandsEveryFilter() async {
        let target =
            "/_pusher/v1/notifications?gateway=push.example.org&user=@bob:hs&app=a&state=in_flight&older=5m&limit=99999"
        let list = await answer(.GET, target)
        var expected = NotificationFilter()
        expected.gateway = "push.example.org"
        expected.userID = "@bob:hs"
        expected.appID = "a"
        expected.state = .inFlight
        expected.olderThan = .seconds(300)
        expected.limit = 10_000
        #expect(await pusher.lastFilter == expected)
        #expect(text(list).hasPrefix(#"{"v":1,"notifications":[{"v":1,"id":"4097","#))
    }

    @Test func aQueryIsReadAsItIsWritten() throws {
        var query = NotificationQuery()
        query.filter.userID = "@b+ö b:hs"
        query.filter.olderThan = .milliseconds(1500)
        query.filter.state = .due
        query.showsSecrets = true
        #expect(try NotificationQuery(RequestTarget("/\(query.text)").query) == query)
        #expect(try NotificationQuery(RequestTarget("/\(NotificationQuery().text)").query) == NotificationQuery())
    }

    @Test(arguments: ["/_pusher/v1/notifications", "/_pusher/v1/notifications/4097"])
    func showsPushkeysInFullOnlyWhenAsked(target: String) async {
        #expect(text(await answer(.GET, target)).contains("abcd…wxyz"))
        #expect(text(await answer(.GET, "\(target)?show_secrets=true")).contains("abcdefghijklmnopqrstuvwxyz"))
    }

    @Test func isHealthy() async throws {
        #expect(text(await answer(.GET, "/health")) == #"{"status":"ok","version":"\#(matrixPusherVersion)"}"#)
        let trouble = PusherStatus.Trouble(error: "disk full", lasting: .zero, unsaved: 0)
        let failing = PusherAPI(pusher: FakePusher(trouble: trouble), legacyMentionRules: false)
        guard case .handle(let request, let handler) = Router(failing.routes).resolve(.GET, "/health") else {
            Issue.record("no route")
            return
        }
        let response = try await handler(request)
        #expect(response.status == 503)
        #expect(
            text(response)
                == #"{"status":"failing","version":"\#(matrixPusherVersion)","errcode":"M_UNKNOWN","error":"disk full"}"#
        )
        #expect(await pusher.calls.isEmpty)
    }
}

@Suite struct SidecarAnswerTests {
    @Test func isTakenApart() throws {
        let answer = try SidecarAnswer(Array("HTTP/1.1 404 Not Found\r\nA: b\r\ncontent-length: 2\r\n\r\n{}".utf8))
        #expect(answer == SidecarAnswer(status: 404, body: Array("{}".utf8)))
    }

    @Test(arguments: [
        "", "SSH-2.0\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", "HTTP/1.1 200 OK\r\n\r\n{}",
        "HTTP/1.1 x\r\n\r\n",
    ])
    func isRefusedWhereItIsNone(text: String) {
        #expect { try SidecarAnswer(Array(text.utf8)) } throws: { ($0 as? PusherError)?.code == .unavailable }
    }

    @Test func clientAndServerUnderstandEachOther() async throws {
        try await withServer { path in
            let client = SidecarClient(socketPath: path)
            let answer = try await blocking { try client.get("/item/x")?.root.string }
            #expect(answer == "x|-")
            await #expect { try await blocking { try client.get("/nothing")?.root.count } } throws: {
                "\($0)" == "no such endpoint"
            }
        }
    }

    @Test func nobodyAnswersWhereThereIsNoServer() throws {
        let folder = try TemporaryFolder()
        #expect(try SidecarClient(socketPath: folder.file("s")).get("/health") == nil)
        let dead = try SocketFile(binding: folder.file("s"), mode: 0o600)
        defer { dead.remove() }
        #expect(try SidecarClient(socketPath: folder.file("s")).get("/health") == nil)
    }
}
