import Logging
import MatrixPusher
import NIOHTTP1
import PushJSON
import Testing

@testable import PusherService

/// The push rules endpoints on a pusher with a database of its own, which delivers nothing.
@Suite struct PushRulesAPITests {
    private static let root = "/_matrix/client/v3/pushrules"
    private static let bob = "user_id=@bob:hs"

    struct Case: Sendable, CustomTestStringConvertible {
        let method: HTTPMethod
        let target: String
        let body: String
        let status: Int
        /// The errcode of a refusal, else the whole answer.
        let answer: String

        init(_ method: HTTPMethod, _ target: String, _ body: String = "", _ status: Int = 200, _ answer: String = "{}")
        {
            self.method = method
            self.target = target
            self.body = body
            self.status = status
            self.answer = answer
        }

        /// Below `…/pushrules`, for Bob.
        static func rules(
            _ method: HTTPMethod, _ path: String, _ body: String = "", _ status: Int = 200, _ answer: String = "{}"
        ) -> Case {
            let mark = path.contains("?") ? "&" : "?"
            return Case(method, PushRulesAPITests.root + path + mark + PushRulesAPITests.bob, body, status, answer)
        }

        var testDescription: String { "\(method) \(target) \(body.prefix(80))" }
    }

    private final class Bench {
        let folder: TemporaryFolder
        let router: Router

        init(legacyMentionRules: Bool = false) throws {
            folder = try TemporaryFolder()
            var configuration = PusherConfiguration(databasePath: folder.file("db"))
            configuration.push.legacyMentionRules = legacyMentionRules
            let pusher = try Pusher.open(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let api = PusherAPI(pusher: pusher, legacyMentionRules: legacyMentionRules)
            router = Router(api.routes + PushRulesAPI(pusher: pusher).routes)
        }

        func answer(_ method: HTTPMethod, _ target: String, _ body: String = "") async -> HTTPResponse {
            switch router.resolve(method, target) {
            case .answer(let answer): return answer
            case .handle(var request, let handler):
                request.body = Array(body.utf8)
                do throws(PusherError) { return try await handler(request) } catch { return HTTPResponse(error) }
            }
        }

        func check(_ wanted: Case) async throws {
            let response = await answer(wanted.method, wanted.target, wanted.body)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(response.status == wanted.status, "\(wanted.testDescription): \(text)")
            if wanted.status == 200 {
                #expect(text == wanted.answer, "\(wanted.testDescription)")
            } else {
                let error = try JSONDocument(parsing: response.body).root
                #expect(error["errcode"]?.string == wanted.answer, "\(wanted.testDescription): \(text)")
                #expect(error["error"]?.string?.isEmpty == false, "\(wanted.testDescription)")
            }
        }

        /// The IDs in a list of rules.
        func ids(_ kind: String, user: String = "@bob:hs") async throws -> [String] {
            let list = await answer(.GET, "\(PushRulesAPITests.root)/global/\(kind)/?user_id=\(user)")
            let rules = try #require(try JSONDocument(parsing: list.body).root.elements)
            return rules.compactMap { $0["rule_id"]?.string }
        }
    }

    private static let notify = #"{"actions":["notify"]}"#
    private static let message =
        #"{"rule_id":".m.rule.message","default":true,"enabled":true,"conditions":[{"kind":"event_match","key":"type","pattern":"m.room.message"}],"actions":["notify"]}"#

    /// On a user who has the override rule `o`, the room rules `!a:hs` and `!b:hs`, the sender rule `@eve:hs`, the
    /// content rule `тест` and the underride rule `u`; each case on its own.
    static let cases: [Case] = [
        // Reading.
        .rules(.GET, "/global/room/", "", 200, "[\(room("!b:hs")),\(room("!a:hs"))]"),
        .rules(.GET, "/global/room/!a:hs", "", 200, room("!a:hs")),
        .rules(.GET, "/global/room/%21a%3Ahs", "", 200, room("!a:hs")),
        .rules(.GET, "/global/sender/@eve:hs", "", 200, room("@eve:hs")),
        .rules(
            .GET, "/global/content/%D1%82%D0%B5%D1%81%D1%82", "", 200,
            #"{"rule_id":"тест","default":false,"enabled":true,"pattern":"т*т","actions":["notify"]}"#),
        .rules(
            .GET, "/global/override/o", "", 200,
            #"{"rule_id":"o","default":false,"enabled":true,"conditions":[{"kind":"contains_display_name"}],"actions":[]}"#
        ),
        .rules(.GET, "/global/underride/.m.rule.message", "", 200, message),
        .rules(.GET, "/global/room/!a:hs/enabled", "", 200, #"{"enabled":true}"#),
        .rules(.GET, "/global/room/!a:hs/actions", "", 200, notify),
        .rules(.GET, "/global/override/.m.rule.master/enabled", "", 200, #"{"enabled":false}"#),
        .rules(.GET, "/global/underride/.m.rule.message/actions", "", 200, notify),
        .rules(.GET, "", "", 404, "M_UNRECOGNIZED"), .rules(.GET, "/global", "", 404, "M_UNRECOGNIZED"),
        .rules(.GET, "/global/room", "", 404, "M_UNRECOGNIZED"),
        .rules(.GET, "/global/room/!a:hs/", "", 404, "M_UNRECOGNIZED"),
        .rules(.GET, "/global/room/!a:hs/enabled/", "", 404, "M_UNRECOGNIZED"),
        .rules(.GET, "/device/", "", 400, "M_INVALID_PARAM"), .rules(.GET, "/Global/", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/device/room/", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/device/room/!a:hs", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/device/room/!a:hs/enabled", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/global/nope/", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/global/nope/!a:hs", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/global/nope/!a:hs/enabled", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/global/room/!a:hs/pattern", "", 400, "M_INVALID_PARAM"),
        .rules(.GET, "/global/room/!c:hs", "", 404, "M_NOT_FOUND"),
        .rules(.GET, "/global/sender/!a:hs", "", 404, "M_NOT_FOUND"),
        .rules(.GET, "/global/room/!c:hs/enabled", "", 404, "M_NOT_FOUND"),
        .rules(.GET, "/global/room/!c:hs/actions", "", 404, "M_NOT_FOUND"),
        .rules(.GET, "/global/override/.m.rule.nope/enabled", "", 404, "M_NOT_FOUND"),
        .rules(.GET, "/global/content/.m.rule.contains_user_name", "", 404, "M_NOT_FOUND"),
        Case(.GET, root + "/", "", 400, "M_MISSING_PARAM"), Case(.GET, root + "/global/", "", 400, "M_MISSING_PARAM"),
        Case(.GET, root + "/global/room/!a:hs", "", 400, "M_MISSING_PARAM"),
        Case(.GET, root + "/?user_id=bob", "", 400, "M_INVALID_PARAM"),
        .rules(.POST, "/", "", 405, "M_UNRECOGNIZED"), .rules(.PUT, "/", "{}", 405, "M_UNRECOGNIZED"),
        .rules(.DELETE, "/global/", "", 405, "M_UNRECOGNIZED"),

        // Setting rules.
        .rules(.PUT, "/global/room/!c:hs", notify), .rules(.PUT, "/global/room/!a:hs", notify),
        .rules(.PUT, "/global/room/!c:hs?before=!a:hs", notify),
        .rules(.PUT, "/global/room/!c:hs?after=%21a:hs", notify),
        .rules(.PUT, "/global/content/x", #"{"pattern":"x","actions":[]}"#),
        .rules(
            .PUT, "/global/override/%F0%9F%94%91%20a",
            #"{"conditions":[],"actions":[{"set_tweak":"sound","value":"x"}]}"#),
        .rules(.PUT, "/global/underride/x", #"{"conditions":[{"kind":"org.new"}],"actions":["dont_notify"]}"#),
        .rules(.PUT, "/device/room/!c:hs", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/nope/!c:hs", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room", notify, 404, "M_UNRECOGNIZED"),
        .rules(.PUT, "/global", notify, 404, "M_UNRECOGNIZED"),
        .rules(.PUT, "/global/room/.c:hs", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/override/.m.rule.master", #"{"conditions":[],"actions":[]}"#, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/a%2Fb", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/a%5Cb", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/" + String(repeating: "c", count: 513), notify, 413, "M_TOO_LARGE"),
        .rules(.PUT, "/global/room/!c:hs?before=!x:hs", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/!c:hs?after=!x:hs", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/!c:hs?before=@eve:hs", notify, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/!c:hs?before=", notify, 400, "M_INVALID_PARAM"),
        .rules(
            .PUT, "/global/override/x?after=.m.rule.master", #"{"conditions":[],"actions":[]}"#, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/!c:hs", "{", 400, "M_NOT_JSON"),
        .rules(.PUT, "/global/room/!c:hs", "", 400, "M_NOT_JSON"),
        .rules(.PUT, "/global/room/!c:hs", "[]", 400, "M_BAD_JSON"),
        .rules(.PUT, "/global/room/!c:hs", "{}", 400, "M_MISSING_PARAM"),
        .rules(.PUT, "/global/room/!c:hs", #"{"actions":"notify"}"#, 400, "M_BAD_JSON"),
        .rules(.PUT, "/global/room/!c:hs", #"{"actions":["not_an_action"]}"#, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/override/x", notify, 400, "M_MISSING_PARAM"),
        .rules(.PUT, "/global/underride/x", notify, 400, "M_MISSING_PARAM"),
        .rules(.PUT, "/global/underride/x", #"{"conditions":[{}],"actions":[]}"#, 400, "M_BAD_JSON"),
        .rules(
            .PUT, "/global/override/x",
            #"{"conditions":[\#([String](repeating: #"{"kind":"x"}"#, count: 65).joined(separator: ","))],"actions":[]}"#,
            413, "M_TOO_LARGE"),
        .rules(.PUT, "/global/content/x", notify, 400, "M_MISSING_PARAM"),
        Case(.PUT, root + "/global/room/!c:hs", notify, 400, "M_MISSING_PARAM"),
        .rules(.POST, "/global/room/!c:hs", notify, 405, "M_UNRECOGNIZED"),

        // Setting attributes.
        .rules(.PUT, "/global/room/!a:hs/enabled", #"{"enabled":false}"#),
        .rules(.PUT, "/global/override/.m.rule.master/enabled", #"{"enabled":true}"#),
        .rules(.PUT, "/global/room/!a:hs/actions", #"{"actions":[]}"#),
        .rules(.PUT, "/global/underride/.m.rule.call/actions", #"{"actions":["notify"]}"#),
        .rules(.PUT, "/global/override/.m.rule.master/nope", #"{"nope":true}"#, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/nope/x/enabled", #"{"enabled":true}"#, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/nope/room/!a:hs/enabled", #"{"enabled":true}"#, 400, "M_INVALID_PARAM"),
        .rules(.PUT, "/global/room/!c:hs/enabled", #"{"enabled":true}"#, 404, "M_NOT_FOUND"),
        .rules(.PUT, "/global/room/!c:hs/actions", notify, 404, "M_NOT_FOUND"),
        .rules(.PUT, "/global/override/.not.a.default/enabled", #"{"enabled":true}"#, 404, "M_NOT_FOUND"),
        .rules(.PUT, "/global/override/.not.a.default/actions", notify, 404, "M_NOT_FOUND"),
        .rules(.PUT, "/global/override/.m.rule.master/enabled", #"{"enabled":"true"}"#, 400, "M_BAD_JSON"),
        .rules(.PUT, "/global/override/.m.rule.master/enabled", "{}", 400, "M_MISSING_PARAM"),
        .rules(.PUT, "/global/override/.m.rule.master/enabled", "true", 400, "M_BAD_JSON"),
        .rules(.PUT, "/global/override/.m.rule.master/enabled", "tru", 400, "M_NOT_JSON"),
        .rules(.PUT, "/global/override/.m.rule.master/actions", "{}", 400, "M_MISSING_PARAM"),
        .rules(.PUT, "/global/override/.m.rule.master/actions", #"{"actions":["nope"]}"#, 400, "M_INVALID_PARAM"),
        .rules(.DELETE, "/global/room/!a:hs/enabled", "", 405, "M_UNRECOGNIZED"),
        Case(.PUT, root + "/global/room/!a:hs/enabled", #"{"enabled":true}"#, 400, "M_MISSING_PARAM"),

        // Deleting.
        .rules(.DELETE, "/global/room/!a:hs"), .rules(.DELETE, "/global/content/%D1%82%D0%B5%D1%81%D1%82"),
        .rules(.DELETE, "/global/room/!c:hs", "", 404, "M_NOT_FOUND"),
        .rules(.DELETE, "/global/override/.m.rule.nope", "", 404, "M_NOT_FOUND"),
        .rules(.DELETE, "/global/override/.m.rule.master", "", 400, "M_INVALID_PARAM"),
        .rules(.DELETE, "/global/nope/x", "", 400, "M_INVALID_PARAM"),
        .rules(.DELETE, "/nope/room/!a:hs", "", 400, "M_INVALID_PARAM"),
        .rules(.DELETE, "/global/room/", "", 400, "M_INVALID_PARAM"),
        Case(.DELETE, root + "/global/room/!a:hs", "", 400, "M_MISSING_PARAM"),

        // The homeserver's.
        Case(.PUT, "/_pusher/v1/users/@bob:hs/pushrules", #"{"global":{}}"#),
        Case(.DELETE, "/_pusher/v1/users/@bob:hs/pushrules"), Case(.DELETE, "/_pusher/v1/users/@nobody:hs/pushrules"),
        Case(.DELETE, "/_pusher/v1/users/bob/pushrules", "", 400, "M_INVALID_PARAM"),
        Case(.GET, "/_pusher/v1/users/@bob:hs/pushrules", "", 405, "M_UNRECOGNIZED"),
        .upgrade(#"{"old_room_id":"!a:hs","new_room_id":"!c:hs","user_ids":["@bob:hs","@nobody:hs"]}"#),
        .upgrade(#"{"old_room_id":"!a","new_room_id":"!c","user_ids":[]}"#),
        .upgrade("{", 400, "M_NOT_JSON"), .upgrade("[]", 400, "M_BAD_JSON"),
        .upgrade(#"{"new_room_id":"!c:hs","user_ids":[]}"#, 400, "M_MISSING_PARAM"),
        .upgrade(#"{"old_room_id":"!a:hs","user_ids":[]}"#, 400, "M_MISSING_PARAM"),
        .upgrade(#"{"old_room_id":"!a:hs","new_room_id":"!c:hs"}"#, 400, "M_MISSING_PARAM"),
        .upgrade(#"{"old_room_id":7,"new_room_id":"!c:hs","user_ids":[]}"#, 400, "M_BAD_JSON"),
        .upgrade(#"{"old_room_id":"!a:hs","new_room_id":"!c:hs","user_ids":"@bob:hs"}"#, 400, "M_BAD_JSON"),
        .upgrade(#"{"old_room_id":"!a:hs","new_room_id":"!c:hs","user_ids":[7]}"#, 400, "M_BAD_JSON"),
        .upgrade(#"{"old_room_id":"!a:hs","new_room_id":"!c:hs","user_ids":["bob"]}"#, 400, "M_INVALID_PARAM"),
        .upgrade(##"{"old_room_id":"#a:hs","new_room_id":"!c:hs","user_ids":[]}"##, 400, "M_INVALID_PARAM"),
        .upgrade(#"{"old_room_id":"!a:hs","new_room_id":"!a:hs","user_ids":[]}"#, 400, "M_INVALID_PARAM"),
        Case(.GET, "/_pusher/v1/rooms/upgrade", "", 405, "M_UNRECOGNIZED"),
    ]

    private static func room(_ id: String) -> String {
        #"{"rule_id":"\#(id)","default":false,"enabled":true,"actions":["notify"]}"#
    }

    private static func prepared() async throws -> Bench {
        let bench = try Bench()
        for (path, body) in [
            ("room/!a:hs", notify), ("room/!b:hs", notify), ("sender/@eve:hs", notify),
            ("content/%D1%82%D0%B5%D1%81%D1%82", #"{"pattern":"т*т","actions":["notify"]}"#),
            ("override/o", #"{"conditions":[{"kind":"contains_display_name"}],"actions":[]}"#),
            ("underride/u", #"{"conditions":[],"actions":[]}"#),
        ] {
            try await bench.check(.rules(.PUT, "/global/\(path)", body))
        }
        return bench
    }

    @Test(arguments: cases)
    func answersAsTheSpecificationSays(wanted: Case) async throws {
        try await Self.prepared().check(wanted)
    }

    @Test func aRefusedRequestChangesNothing() async throws {
        let bench = try await Self.prepared()
        let former = await bench.answer(.GET, "\(Self.root)/?\(Self.bob)")
        for wanted in Self.cases where wanted.status != 200 { try await bench.check(wanted) }
        #expect(await bench.answer(.GET, "\(Self.root)/?\(Self.bob)") == former)
    }

    @Test func theListsAreTheSameRulesAtEveryDepth() async throws {
        let bench = try await Self.prepared()
        func value(_ path: String) async throws -> JSONValue {
            try JSONDocument(parsing: await bench.answer(.GET, "\(Self.root)/\(path)?\(Self.bob)").body).root
        }
        let all = try await value("")
        let global = try await value("global/")
        #expect(all.members.map { $0.compactMap(\.key.string) } == ["global"])
        #expect(all["global"]?.sourceBytes == global.sourceBytes)
        for kind in ["override", "content", "room", "sender", "underride"] {
            let rules = try #require(global[kind]?.elements)
            #expect(try await value("global/\(kind)/").sourceBytes == global[kind]?.sourceBytes)
            for rule in rules {
                let path = "global/\(kind)/\(RequestTarget.encoded(try #require(rule["rule_id"]?.string)))"
                #expect(try await value(path).sourceBytes == rule.sourceBytes)
                #expect(try await value("\(path)/actions")["actions"]?.sourceBytes == rule["actions"]?.sourceBytes)
                #expect(try await value("\(path)/enabled")["enabled"]?.bool == rule["enabled"]?.bool)
            }
        }
    }

    @Test func aUserWithoutRulesHasTheDefaults() async throws {
        let bench = try Bench()
        let answer = await bench.answer(.GET, "\(Self.root)/?user_id=@new.user:hs")
        let global = try JSONDocument(parsing: answer.body).root["global"]
        #expect(global?["override"]?.count == 10 && global?["underride"]?.count == 5)
        for kind in ["content", "room", "sender"] { #expect(global?[kind]?.count == 0) }
        #expect(String(decoding: answer.body, as: UTF8.self).contains(#""key":"state_key","pattern":"@new.user:hs""#))
    }

    @Test func rulesStandWhereTheyWerePut() async throws {
        let bench = try Bench()
        for (path, order) in [
            ("a", "a"), ("b", "ba"), ("c?after=a", "bac"), ("d?before=c", "badc"), ("a", "badc"),
            ("c?before=b", "cbad"),
            ("e?before=b&after=d", "cebad"),
        ] {
            try await bench.check(.rules(.PUT, "/global/sender/\(path)", Self.notify))
            #expect(try await bench.ids("sender").joined() == order)
        }
    }

    @Test func usersDoNotShareRules() async throws {
        let bench = try await Self.prepared()
        #expect(try await bench.ids("room", user: "@eve:hs") == [])
        try await bench.check(Case(.DELETE, "/_pusher/v1/users/@eve:hs/pushrules"))
        #expect(try await bench.ids("room") == ["!b:hs", "!a:hs"])
        try await bench.check(Case(.DELETE, "/_pusher/v1/users/@bob:hs/pushrules"))
        #expect(try await bench.ids("room") == [])
    }

    @Test func aRoomUpgradeCopiesTheRoomsRules() async throws {
        let bench = try await Self.prepared()
        let body = #"{"old_room_id":"!a:hs","new_room_id":"!c:hs","user_ids":["@bob:hs"]}"#
        for _ in 0..<2 {
            try await bench.check(.upgrade(body))
            #expect(try await bench.ids("room") == ["!b:hs", "!a:hs", "!c:hs"])
        }
    }

    @Test func theLegacyMentionRulesAreListedAndChangedWhereTheyAreOn() async throws {
        let rules = [
            "override/.m.rule.contains_display_name", "override/.m.rule.roomnotif",
            "content/.m.rule.contains_user_name",
        ]
        for isOn in [false, true] {
            let bench = try Bench(legacyMentionRules: isOn)
            let list = await bench.answer(.GET, "\(Self.root)/?\(Self.bob)")
            for rule in rules {
                let id = try #require(rule.split(separator: "/").last)
                #expect(String(decoding: list.body, as: UTF8.self).contains(id) == isOn)
                let change = await bench.answer(
                    .PUT, "\(Self.root)/global/\(rule)/enabled?\(Self.bob)", #"{"enabled":false}"#)
                #expect(change.status == (isOn ? 200 : 404))
            }
            let event = #"{"type":"m.room.message","sender":"@a:hs","content":{"body":"bob"}}"#
            let explanation = await bench.answer(
                .POST, "/_pusher/v1/explain", #"{"user_id":"@bob:hs","event":\#(event)}"#)
            let decided = try JSONDocument(parsing: explanation.body).root["rule"]?["rule_id"]?.string
            #expect(decided == (isOn ? ".m.rule.contains_user_name" : ".m.rule.message"))
        }
    }

    @Test func everyRuleOverTheLimitIsRefused() async throws {
        let bench = try Bench()
        let rules = (0..<4096).map { #"{"rule_id":"!\#($0):hs","actions":[]}"# }.joined(separator: ",")
        let target = "/_pusher/v1/users/@bob:hs/pushrules"
        try await bench.check(Case(.PUT, target, #"{"global":{"room":[\#(rules)]}}"#))
        try await bench.check(.rules(.PUT, "/global/room/!x:hs", Self.notify, 413, "M_TOO_LARGE"))
        try await bench.check(.rules(.PUT, "/global/room/!0:hs", Self.notify))
        try await bench.check(.rules(.DELETE, "/global/room/!1:hs"))
        try await bench.check(.rules(.PUT, "/global/room/!x:hs", Self.notify))
        // All of it, the defaults included, can be handed back.
        let all = await bench.answer(.GET, "\(Self.root)/?\(Self.bob)")
        try await bench.check(Case(.PUT, target, String(decoding: all.body, as: UTF8.self)))
        #expect(await bench.answer(.GET, "\(Self.root)/?\(Self.bob)") == all)
    }
}

extension PushRulesAPITests.Case {
    fileprivate static func upgrade(_ body: String, _ status: Int = 200, _ answer: String = #"{"rejected":[]}"#) -> Self
    {
        Self(.POST, "/_pusher/v1/rooms/upgrade", body, status, answer)
    }
}
