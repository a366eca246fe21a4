import PushJSON
import PushRules
import Testing

@testable import MatrixPusher

struct TransactionRequestTests {
    private static let good =
        #"{"event":{"event_id":"$e","room_id":"!r:hs","type":"m.x","sender":"@a:hs","content":{}},"recipients":[{"user_id":"@b:hs"}]}"#

    private func error(_ body: String) -> PusherError? {
        do throws(PusherError) {
            _ = try TransactionRequest(Array(body.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["", "{", "nope", "{\"events\":[}", "[1,2", "{} {}", "\u{FEFF}{}"])
    func `A body that is not JSON is refused as a whole`(body: String) {
        #expect(error(body)?.code == .notJSON)
        #expect(error(body)?.message.hasPrefix("the body is not JSON: ") == true)
    }

    @Test(arguments: [
        ("[]", "the body must be an object"), ("1", "the body must be an object"),
        ("null", "the body must be an object"),
        (#"{"events":{}}"#, "events must be an array"), (#"{"events":"x"}"#, "events must be an array"),
        (#"{"receipts":1}"#, "receipts must be an array"),
    ])
    func `A body of the wrong shape is refused as a whole`(body: String, message: String) {
        #expect(error(body) == PusherError(.badJSON, message))
    }

    @Test func `A body nested without end is refused`() {
        #expect(error(String(repeating: "[", count: 1_000_000))?.code == .notJSON)
    }

    @Test(arguments: ["{}", #"{"events":null,"receipts":null}"#, #"{"events":[],"receipts":[]}"#, #"{"unknown":1}"#])
    func `An empty transaction is one`(body: String) throws {
        let request = try TransactionRequest(Array(body.utf8))
        #expect(request.items.list.isEmpty && request.rejected.isEmpty)
    }

    @Test func `One bad event does not fail the rest`() throws {
        let request = try TransactionRequest(Array(#"{"events":[\#(Self.good),1,\#(Self.good),{"event":{}}]}"#.utf8))
        #expect(request.items.count == 2)
        #expect(request.rejected.map(\.index) == [1, 3])
        #expect(request.rejected.allSatisfy { $0.list == "events" && $0.error.code == .badJSON })
    }

    @Test func `Recipients and actions of a refused element are not those of the next`() throws {
        func element(_ recipients: String) -> String {
            Self.good.replacing(#"[{"user_id":"@b:hs"}]"#, with: "[\(recipients)]")
        }
        let given = #"{"user_id":"@c:hs","actions":["notify"]}"#
        let quiet = #"{"user_id":"@d:hs","actions":[]}"#
        let body = #"{"events":[\#(element(given)),\#(element(given + ",1")),\#(element(quiet))]}"#
        let items = try TransactionRequest(Array(body.utf8)).items
        #expect(items.list.map(\.recipients) == [0..<1, 1..<2])
        #expect(items.recipients.map { $0.userID.string } == ["@c:hs", "@d:hs"])
        #expect(items.recipients.map { items.actions(for: $0)?.notify } == [true, false])
    }

    @Test(arguments: ["events", "receipts"])
    func `Too many elements are refused as a whole`(list: String) {
        let elements = Array(repeating: "0", count: 10_001).joined(separator: ",")
        #expect(
            error(#"{"\#(list)":[\#(elements)]}"#) == PusherError(.tooLarge, "\(list) has more than 10000 elements"))
    }

    @Test func `Too many recipients are refused as a whole`() {
        let recipients = Array(repeating: #"{"user_id":"@b:hs"}"#, count: 100_001).joined(separator: ",")
        let event = Self.good.replacing(#"{"user_id":"@b:hs"}"#, with: recipients)
        #expect(error(#"{"events":[\#(event)]}"#) == nil)
        #expect(error(#"{"events":[\#(event),\#(event)]}"#)?.code == .tooLarge)
    }
}
