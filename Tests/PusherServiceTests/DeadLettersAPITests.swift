import Logging
import MatrixPusher
import NIOHTTP1
import PushJSON
import Testing

@testable import PusherService

/// The endpoints about dead letters on a pusher without any; what they do to some is tested from outside.
@Suite struct DeadLettersAPITests {
    private let folder: TemporaryFolder
    private let router: Router

    init() throws {
        folder = try TemporaryFolder()
        let pusher = try Pusher.open(
            PusherConfiguration(databasePath: folder.file("db")),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        router = Router(DeadLettersAPI(pusher: pusher).routes)
    }

    private func answer(_ method: HTTPMethod, _ target: String) async -> HTTPResponse {
        switch router.resolve(method, target) {
        case .answer(let answer): return answer
        case .handle(let request, let handler):
            do throws(PusherError) { return try await handler(request) } catch { return HTTPResponse(error) }
        }
    }

    private static let root = "/_pusher/v1/dead_letters"

    static let refusals: [(HTTPMethod, String, Int, String)] = [
        (.GET, root + "?reason=lost", 400, "M_INVALID_PARAM"),
        (.GET, root + "?reason=", 400, "M_INVALID_PARAM"),
        (.GET, root + "?state=due", 400, "M_INVALID_PARAM"),
        (.GET, root + "?limit=0", 400, "M_INVALID_PARAM"),
        (.GET, root + "?limit=9223372036854775808", 400, "M_INVALID_PARAM"),
        (.GET, root + "?older=99999999999999999999d", 400, "M_INVALID_PARAM"),
        (.GET, root + "?show_secrets=1", 400, "M_INVALID_PARAM"),
        (.GET, root + "/4097", 404, "M_NOT_FOUND"),
        (.GET, root + "/-9223372036854775808", 404, "M_NOT_FOUND"),
        (.GET, root + "/9223372036854775808", 404, "M_NOT_FOUND"),
        (.GET, root + "/one", 404, "M_NOT_FOUND"),
        (.GET, root + "/4097?limit=1", 400, "M_INVALID_PARAM"),
        (.POST, root, 405, "M_UNRECOGNIZED"),
        (.POST, root + "/4097", 405, "M_UNRECOGNIZED"),
    ]

    static let refusedVerbs: [(String, Int, String)] = [
        ("", 400, "M_INVALID_PARAM"),
        ("?yes=true", 400, "M_INVALID_PARAM"),
        ("?limit=10&yes=true", 400, "M_INVALID_PARAM"),
        ("?all=false&yes=true", 400, "M_INVALID_PARAM"),
        ("?all=1", 400, "M_INVALID_PARAM"),
        ("?all=true&user=@bob:hs", 400, "M_INVALID_PARAM"),
        ("?id=1&user=@bob:hs", 400, "M_INVALID_PARAM"),
        ("?id=1&yes=true", 400, "M_INVALID_PARAM"),
        ("?id=", 400, "M_INVALID_PARAM"),
        ("?id=9223372036854775808", 400, "M_INVALID_PARAM"),
        ("?id=4097", 404, "M_NOT_FOUND"),
        ("?usr=@bob:hs&yes=true", 400, "M_INVALID_PARAM"),
        ("?all=true&after=x", 400, "M_INVALID_PARAM"),
        ("?all=true&show_secrets=true", 400, "M_INVALID_PARAM"),
    ]

    @Test func refusesWhatIsWrong() async throws {
        let verbs = Self.refusedVerbs.flatMap { query, status, code in
            ["/retry", "/purge"].map { (HTTPMethod.POST, Self.root + $0 + query, status, code) }
        }
        for (method, target, status, code) in Self.refusals + verbs {
            let refusal = await answer(method, target)
            let text = String(decoding: refusal.body, as: UTF8.self)
            #expect(refusal.status == status, "\(method) \(target): \(text)")
            #expect(try JSONDocument(parsing: refusal.body).root["errcode"]?.string == code, "\(target): \(text)")
        }
    }

    static let answers: [(HTTPMethod, String, String)] = [
        (.GET, root, #"{"v":1,"dead_letters":[]}"#),
        (
            .GET, root + "?gateway=g&user=@bob:hs&app=a&reason=too_large&older=1h&limit=7&show_secrets=true",
            #"{"v":1,"dead_letters":[]}"#
        ),
        (.POST, root + "/retry?all=true", #"{"v":1,"done":false,"matched":0,"retried":0,"next":null}"#),
        (.POST, root + "/retry?all=true&yes=true", #"{"v":1,"done":true,"matched":0,"retried":0,"next":null}"#),
        (.POST, root + "/purge?reason=expired&yes=false", #"{"v":1,"done":false,"matched":0,"purged":0,"next":null}"#),
        (.POST, root + "/purge?older=7d&yes=true&limit=1", #"{"v":1,"done":true,"matched":0,"purged":0,"next":null}"#),
    ]

    @Test func answersAsTheInterfaceSays() async throws {
        for (method, target, body) in Self.answers {
            #expect(String(decoding: await answer(method, target).body, as: UTF8.self) == body, "\(target)")
        }
    }

    @Test func aQueryIsReadAsItIsWritten() throws {
        func read<Value>(_ text: String, _ read: ([RequestTarget.QueryItem]) throws -> Value) throws -> Value {
            try read(RequestTarget("/\(text)").query)
        }
        var query = DeadLetterQuery()
        #expect(try read(query.text, DeadLetterQuery.init) == query)
        query.filter.gateway = "https://push.example.org:443"
        query.filter.userID = "@b+ö b:hs"
        query.filter.appID = "a&b"
        query.filter.reason = .blockedAddress
        query.filter.olderThan = .seconds(90)
        query.filter.limit = 3
        query.showsSecrets = true
        #expect(try read(query.text, DeadLetterQuery.init) == query)
        let selections: [DeadLetterSelection] = [
            .id(-5), .matching(query.filter, after: 12, isConfirmed: true),
            .matching(DeadLetterFilter(), after: 0, isConfirmed: false),
        ]
        for selection in selections { #expect(try read(selection.text, DeadLetterSelection.init) == selection) }
    }
}
