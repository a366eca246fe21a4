import Logging
import MatrixPusher
import NIOHTTP1
import PushJSON
import Testing

@testable import PusherService

/// `GET /_matrix/client/v3/notifications` on a pusher with a database of its own, which delivers nothing.
@Suite struct HistoryAPITests {
    struct Case: Sendable, CustomTestStringConvertible {
        let query: String
        var method = HTTPMethod.GET
        var status = 200
        /// The errcode of a refusal.
        var errcode: String?
        /// The events of a success.
        var events: [String] = []
        /// Whether there is more.
        var hasNext = false

        var testDescription: String { "\(method) \(query)" }
    }

    private static let bob = "?user_id=@bob:hs"
    private static let all = ["$5", "$4", "$3", "$2", "$1"]

    /// On Bob, who has `$1` to `$5` of which the odd ones are highlights, and Eve, who has nothing; each case on its own.
    static let cases: [Case] = [
        Case(query: bob, events: all), Case(query: "?user_id=%40bob%3Ahs", events: all),
        Case(query: "?user_id=@eve:hs"), Case(query: "?user_id=@nobody:hs"),
        Case(query: "\(bob)&limit=5", events: all), Case(query: "\(bob)&limit=1000", events: all),
        Case(query: "\(bob)&limit=4", events: ["$5", "$4", "$3", "$2"], hasNext: true),
        Case(query: "\(bob)&limit=1", events: ["$5"], hasNext: true),
        Case(query: "\(bob)&from=0"), Case(query: "\(bob)&from=9223372036854775807", events: all),
        Case(query: "\(bob)&only=highlight", events: ["$5", "$3", "$1"]),
        Case(query: "\(bob)&only=highlight&limit=2", events: ["$5", "$3"], hasNext: true),
        Case(query: "\(bob)&only=highlight&limit=3", events: ["$5", "$3", "$1"]),
        Case(query: "\(bob)&only=", events: all), Case(query: "\(bob)&only=other", events: all),
        Case(query: "\(bob)&nothing=1", events: all),

        Case(query: "", status: 400, errcode: "M_MISSING_PARAM"),
        Case(query: "?limit=3&only=highlight", status: 400, errcode: "M_MISSING_PARAM"),
        Case(query: "?user_id=bob", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "?user_id=@bob", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&limit=0", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&limit=-1", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&limit=", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&limit=1.5", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&limit=99999999999999999999", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&from=", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&from=-1", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&from=next", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: "\(bob)&from=9223372036854775808", status: 400, errcode: "M_INVALID_PARAM"),
        Case(query: bob, method: .PUT, status: 405, errcode: "M_UNRECOGNIZED"),
        Case(query: bob, method: .POST, status: 405, errcode: "M_UNRECOGNIZED"),
        Case(query: bob, method: .DELETE, status: 405, errcode: "M_UNRECOGNIZED"),
    ]

    private final class Bench {
        private let folder: TemporaryFolder
        private let router: Router

        init() async throws {
            folder = try TemporaryFolder()
            let configuration = PusherConfiguration(databasePath: folder.file("db"))
            let pusher = try Pusher.open(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            router = Router([HistoryAPI(pusher: pusher).route])
            let events = (1...5).map { number in
                let tweak = number % 2 == 1 ? #",{"set_tweak":"highlight"}"# : ""
                return """
                    {"event":{"event_id":"$\(number)","room_id":"!r:hs","type":"m.room.message","sender":"@alice:hs",\
                    "content":{"body":"hi"}},"recipients":[{"user_id":"@bob:hs","actions":["notify"\(tweak)]}]}
                    """
            }
            let receipt = #"{"user_id":"@bob:hs","room_id":"!r:hs","event_id":"$2"}"#
            let body = #"{"events":[\#(events.joined(separator: ","))],"receipts":[\#(receipt)]}"#
            _ = try await pusher.submit(transactionID: "1", body: Array(body.utf8))
        }

        func answer(_ query: String, _ method: HTTPMethod = .GET) async -> HTTPResponse {
            switch router.resolve(method, "/_matrix/client/v3/notifications\(query)") {
            case .answer(let answer): return answer
            case .handle(let request, let handler):
                do throws(PusherError) { return try await handler(request) } catch { return HTTPResponse(error) }
            }
        }
    }

    private static func ids(_ body: JSONValue) -> [String]? {
        body["notifications"]?.elements?.compactMap { $0["event"]?["event_id"]?.string }
    }

    @Test(arguments: cases)
    func answersAsTheSpecificationSays(wanted: Case) async throws {
        let response = await (try Bench()).answer(wanted.query, wanted.method)
        let body = try JSONDocument(parsing: response.body).root
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == wanted.status, "\(text)")
        #expect(body["errcode"]?.string == wanted.errcode, "\(text)")
        if wanted.status == 200 {
            #expect(Self.ids(body) == wanted.events, "\(text)")
            #expect((body["next_token"]?.string != nil) == wanted.hasNext, "\(text)")
        } else {
            #expect(body["error"]?.string?.isEmpty == false, "\(text)")
        }
    }

    @Test(arguments: [("", [["$5", "$4"], ["$3", "$2"], ["$1"]]), ("&only=highlight", [["$5", "$3"], ["$1"]])])
    func pagesFollowEachOther(option: String, wanted: [[String]]) async throws {
        let bench = try await Bench()
        var pages: [[String]] = []
        var token: String?
        repeat {
            let from = token.map { "&from=\($0)" } ?? ""
            let response = await bench.answer("\(Self.bob)&limit=2\(option)\(from)")
            let body = try JSONDocument(parsing: response.body).root
            pages.append(Self.ids(body) ?? [])
            token = body["next_token"]?.string
        } while token != nil && pages.count <= wanted.count
        #expect(pages == wanted)
    }

    @Test func anEntryIsWhatTheSpecificationNames() async throws {
        let response = await (try Bench()).answer("\(Self.bob)&limit=4")
        let entries = try #require(try JSONDocument(parsing: response.body).root["notifications"]?.elements)
        #expect(entries.map { $0["read"]?.bool } == [false, false, false, true])
        for entry in entries {
            #expect(entry.members?.compactMap(\.key.string).sorted() == ["actions", "event", "read", "room_id", "ts"])
            #expect(entry["room_id"]?.string == "!r:hs" && entry["event"]?["content"]?["body"]?.string == "hi")
            #expect(try #require(entry["ts"]?.integer) > 1_700_000_000_000)
        }
        let actions = entries.map { String(decoding: $0["actions"]?.sourceBytes ?? [], as: UTF8.self) }
        #expect(
            actions.first == #"["notify",{"set_tweak":"highlight"}]"# && actions.dropFirst().first == #"["notify"]"#)
    }
}
