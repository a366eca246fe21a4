import Logging
import MatrixPusher
import NIOHTTP1
import PushJSON
import Testing

@testable import PusherService

/// The endpoints about pushers on a pusher with a database of its own, which delivers nothing.
@Suite struct PushersAPITests {
    private final class Bench {
        let folder: TemporaryFolder
        let pusher: Pusher
        let router: Router

        init() throws {
            folder = try TemporaryFolder()
            pusher = try Pusher.open(
                PusherConfiguration(databasePath: folder.file("db")),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let api = PusherAPI(pusher: pusher, legacyMentionRules: false)
            router = Router(api.routes + PushersAPI(pusher: pusher).routes)
        }

        func answer(_ method: HTTPMethod, _ target: String, _ body: String = "") async -> HTTPResponse {
            switch router.resolve(method, target) {
            case .answer(let answer): return answer
            case .handle(var request, let handler):
                request.body = Array(body.utf8)
                do throws(PusherError) { return try await handler(request) } catch { return HTTPResponse(error) }
            }
        }

        /// The answer's text; anything but success fails the test.
        func text(_ method: HTTPMethod, _ target: String, _ body: String = "") async -> String {
            let response = await answer(method, target, body)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(response.status == 200, "\(method) \(target): \(text)")
            return text
        }

        func register(_ pushkey: String, user: String = "@bob:hs", device: String = "A") async {
            let body = """
                {"app_id":"app","pushkey":"\(pushkey)","kind":"http","app_display_name":"App","device_display_name":"Phone",\
                "lang":"en","data":{"url":"https://push.example.org/_matrix/push/v1/notify","auth":"hush"},"append":true}
                """
            _ = await text(.POST, "/_matrix/client/v3/pushers/set?user_id=\(user)&device_id=\(device)", body)
        }
    }

    private static let removed = "/_pusher/v1/removed_pushers"
    private static let pushers = "/_pusher/v1/pushers"

    static let refusals: [(HTTPMethod, String, String, Int, String)] = [
        (.POST, "/_pusher/v1/users/@bob:hs/logout", "{}", 400, "M_MISSING_PARAM"),
        (.POST, "/_pusher/v1/users/@bob:hs/logout", "{", 400, "M_NOT_JSON"),
        (.POST, "/_pusher/v1/users/@bob:hs/logout", #"{"device_ids":1}"#, 400, "M_BAD_JSON"),
        (
            .POST, "/_pusher/v1/users/@bob:hs/logout", #"{"device_ids":[],"except_device_id":"A"}"#, 400,
            "M_INVALID_PARAM"
        ),
        (.POST, "/_pusher/v1/users/bob/logout", #"{"device_ids":[]}"#, 400, "M_INVALID_PARAM"),
        (.GET, "/_pusher/v1/users/@bob:hs/logout", "", 405, "M_UNRECOGNIZED"),
        (.DELETE, "/_pusher/v1/users/bob", "", 400, "M_INVALID_PARAM"),
        (.DELETE, "/_pusher/v1/users/", "", 404, "M_UNRECOGNIZED"),
        (.GET, "/_pusher/v1/users/@bob:hs", "", 405, "M_UNRECOGNIZED"),
        (.GET, removed + "?since=x", "", 400, "M_INVALID_PARAM"),
        (.GET, removed + "?since=-1", "", 400, "M_INVALID_PARAM"),
        (.GET, removed + "?since=", "", 400, "M_INVALID_PARAM"),
        (.GET, removed + "?timeout=1s", "", 400, "M_INVALID_PARAM"),
        (.GET, removed + "?timeout=9223372036854775808", "", 400, "M_INVALID_PARAM"),
        (.GET, removed + "?limit=0", "", 400, "M_INVALID_PARAM"),
        (.GET, removed + "?until=1", "", 400, "M_INVALID_PARAM"),
        (.POST, removed, "", 405, "M_UNRECOGNIZED"),
        (.POST, removed + "/99/restore", "", 404, "M_NOT_FOUND"),
        (.POST, removed + "/x/restore", "", 404, "M_NOT_FOUND"),
        (.GET, removed + "/1/restore", "", 405, "M_UNRECOGNIZED"),
        (.GET, pushers + "?state=dead", "", 400, "M_INVALID_PARAM"),
        (.GET, pushers + "?user=", "", 400, "M_INVALID_PARAM"),
        (.GET, pushers + "?usr=x", "", 400, "M_INVALID_PARAM"),
        (.GET, pushers + "?limit=0", "", 400, "M_INVALID_PARAM"),
        (.GET, pushers + "?show_secrets=1", "", 400, "M_INVALID_PARAM"),
        (.GET, pushers + "/99", "", 404, "M_NOT_FOUND"),
        (.GET, pushers + "/x", "", 404, "M_NOT_FOUND"),
        (.GET, pushers + "/1?limit=1", "", 400, "M_INVALID_PARAM"),
        (.DELETE, pushers + "/99", "", 404, "M_NOT_FOUND"),
        (.DELETE, pushers + "/x", "", 404, "M_NOT_FOUND"),
        (.DELETE, pushers, "", 405, "M_UNRECOGNIZED"),
    ]

    @Test func refusesWhatIsWrong() async throws {
        let bench = try Bench()
        for (method, target, body, status, code) in Self.refusals {
            let refusal = await bench.answer(method, target, body)
            let text = String(decoding: refusal.body, as: UTF8.self)
            #expect(refusal.status == status, "\(method) \(target): \(text)")
            let error = try JSONDocument(parsing: refusal.body).root
            #expect(error["errcode"]?.string == code, "\(method) \(target): \(text)")
            #expect(error["error"]?.string?.isEmpty == false)
        }
    }

    @Test func listsPushersAsTheInterfaceSays() async throws {
        let bench = try Bench()
        await bench.register("abcdefghijklmnopqrstuvwxyz")
        let list = await bench.text(.GET, Self.pushers)
        #expect(
            list == """
                {"v":1,"pushers":[{"v":1,"id":"1","user_id":"@bob:hs","device_id":"A","app_id":"app",\
                "pushkey":"abcd…wxyz","gateway":"https://push.example.org:443","format":null,"enabled":true,"queued":0,\
                "last_success":null,"failing_since":null,"attempts":0,"next_attempt":null,"last_error":null}]}
                """)
        let shown = await bench.text(.GET, Self.pushers + "/1")
        #expect(shown.contains(#""last_error":null,"app_display_name":"App","device_display_name":"Phone""#))
        #expect(!shown.contains("hush") && !shown.contains("abcdefghij"))
        let secrets = await bench.text(.GET, Self.pushers + "/1?show_secrets=true")
        #expect(secrets.contains(#""auth":"hush""#) && secrets.contains("abcdefghijklmnopqrstuvwxyz"))
        #expect(await bench.text(.GET, Self.pushers + "?state=failing") == #"{"v":1,"pushers":[]}"#)
        let full = await bench.text(.GET, Self.pushers + "?user=@bob:hs&app=app&state=ok&limit=7&show_secrets=true")
        #expect(full.contains("abcdefghijklmnopqrstuvwxyz") && !full.contains("hush"))
    }

    @Test func followsRemovals() async throws {
        let bench = try Bench()
        #expect(await bench.text(.GET, Self.removed) == #"{"removed":[],"next":0}"#)
        #expect(await bench.text(.GET, Self.removed + "?since=7&timeout=0") == #"{"removed":[],"next":7}"#)
        for key in ["abcdefghijklmnopqrstuvwxyz", "b", "c"] { await bench.register(key) }
        let tombstone = await bench.text(.DELETE, Self.pushers + "/1")
        #expect(tombstone.hasPrefix(#"{"v":1,"id":"1","seq":1,"pusher_id":"1","user_id":"@bob:hs","device_id":"A","#))
        #expect(tombstone.contains(#""pushkey":"abcd…wxyz""#) && tombstone.contains(#""restorable":true"#))
        let logout = #"{"device_ids":["A"]}"#
        #expect(await bench.text(.POST, "/_pusher/v1/users/@bob:hs/logout", logout) == #"{"removed":2}"#)

        let all = try JSONDocument(parsing: await bench.text(.GET, Self.removed + "?timeout=60000")).root
        #expect(all["next"]?.integer == 3)
        let removed = try #require(all["removed"]?.elements.map(Array.init))
        #expect(removed.map { $0["seq"]?.integer } == [1, 2, 3])
        #expect(removed.map { $0["reason"]?.string } == ["deleted", "logout", "logout"])
        #expect(removed[0]["pushkey"]?.string == "abcdefghijklmnopqrstuvwxyz")
        #expect(!(await bench.text(.GET, Self.removed + "?show_secrets=false").contains("abcdefghij")))
        let page = await bench.text(.GET, Self.removed + "?since=1&limit=1")
        #expect(page.hasPrefix(#"{"removed":[{"v":1,"id":"2""#) && page.hasSuffix(#"],"next":2}"#))
    }

    @Test func restoresOnceAndOnlyWhatIsNotThere() async throws {
        let bench = try Bench()
        await bench.register("key")
        _ = await bench.text(.DELETE, Self.pushers + "/1")
        let restored = await bench.text(.POST, Self.removed + "/1/restore")
        #expect(restored.hasPrefix(#"{"v":1,"id":"2","user_id":"@bob:hs","device_id":"A","app_id":"app","#))
        let again = await bench.answer(.POST, Self.removed + "/1/restore")
        #expect(again.status == 400 && String(decoding: again.body, as: UTF8.self).contains("M_INVALID_PARAM"))
        _ = await bench.text(.DELETE, Self.pushers + "/2")
        await bench.register("key")
        #expect(await bench.answer(.POST, Self.removed + "/2/restore").status == 400)
        let list = await bench.text(.GET, Self.removed)
        #expect(list.contains(#""restorable":false"#) && !list.contains(#""restorable":true"#))
    }

    @Test func deletesUsers() async throws {
        let bench = try Bench()
        await bench.register("key")
        await bench.register("eve", user: "@eve:hs")
        #expect(await bench.text(.DELETE, "/_pusher/v1/users/@bob:hs") == "{}")
        #expect(await bench.text(.DELETE, "/_pusher/v1/users/@bob:hs") == "{}")
        #expect(await bench.text(.DELETE, "/_pusher/v1/users/@nobody:hs") == "{}")
        let left = try JSONDocument(parsing: await bench.text(.GET, Self.pushers)).root["pushers"]
        #expect(left?.elements.map(Array.init)?.map { $0["user_id"]?.string } == ["@eve:hs"])
        let list = await bench.text(.GET, Self.removed)
        #expect(list.contains(#""reason":"user""#) && list.contains(#""restorable":false"#))
        #expect(await bench.answer(.POST, Self.removed + "/1/restore").status == 400)
    }

    @Test func manyWaitWithoutHoldingTheOthersUp() async throws {
        let bench = try Bench()
        await bench.register("key")
        let router = bench.router
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    guard case .handle(let request, let handler) = router.resolve(.GET, Self.removed + "?timeout=60000")
                    else { return "" }
                    return String(decoding: try await handler(request).body, as: UTF8.self)
                }
            }
            _ = await bench.text(.DELETE, Self.pushers + "/1")
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(texts.count == 1 && texts.first?.hasSuffix(#"],"next":1}"#) == true)
    }

    @Test func aQueryIsReadAsItIsWritten() throws {
        var query = PusherListQuery()
        query.filter.userID = "@b+ö b:hs"
        query.filter.gateway = "https://push.example.org:443"
        query.filter.state = .failing
        query.filter.limit = 3
        query.showsSecrets = true
        #expect(try PusherListQuery(RequestTarget("/\(query.text)").query) == query)
        #expect(try PusherListQuery(RequestTarget("/\(PusherListQuery().text)").query) == PusherListQuery())
        var removals = RemovedPusherQuery()
        removals.since = 8
        removals.timeout = .milliseconds(1500)
        removals.limit = 4
        removals.showsSecrets = false
        #expect(try RemovedPusherQuery(RequestTarget("/\(removals.text)").query) == removals)
    }
}
