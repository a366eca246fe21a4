import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// `GET /_matrix/client/v3/notifications` (Client-Server API, "Listing Notifications").
    @Suite struct History {
        private func page(_ bench: Bench, _ query: String = "", user: String = "@bob:hs") async throws -> JSONValue {
            let response = try await bench.client.get("/_matrix/client/v3/notifications?user_id=\(user)\(query)")
            try #require(response.status == 200, "\(query): \(response.text)")
            return try #require(response.json)
        }

        private func ids(_ page: JSONValue) -> [String] {
            page["notifications"]?.elements?.compactMap { $0["event"]?["event_id"]?.string } ?? []
        }

        @Test func anEntrySaysWhatHappenedAndWhy() async throws {
            try await Bench.run { bench in
                #expect(try await page(bench).sourceBytes.elementsEqual(#"{"notifications":[]}"#.utf8))
                let before = Int64(1_700_000_000_000)
                let content = #"{"msgtype":"m.text","body":"b\u00f6b","n":1.50,"m.mentions":{"user_ids":["@bob:hs"]}}"#
                // No pusher is needed to have a history.
                try await bench.submit(Bench.event("$1", content: content), as: "1")
                let list = try await page(bench)
                #expect(list["next_token"] == nil && list["notifications"]?.count == 1)
                let entry = try #require(list["notifications"]?.elements?.first { _ in true })
                #expect(
                    Set(entry.members?.compactMap(\.key.string) ?? []) == ["actions", "event", "read", "room_id", "ts"])
                let event = try #require(entry["event"])
                #expect(event["content"]?.sourceBytes.elementsEqual(content.utf8) == true)
                #expect(event["sender"]?.string == "@alice:hs" && event["type"]?.string == "m.room.message")
                #expect(event["origin_server_ts"]?.integer == 1_700_000_000_000)
                let actions = try JSONDocument(
                    parsing: #"["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}]"#
                ).root
                #expect(
                    entry["actions"]?.isSame(as: actions) == true, "\(entry["actions"]?.sourceBytes.count ?? 0) bytes")
                #expect(entry["read"]?.bool == false && entry["room_id"]?.string == "!r:hs")
                #expect(try #require(entry["ts"]?.integer) > before)
            }
        }

        @Test func pagesGoFromTheNewestToTheOldestAndEachEntryComesOnce() async throws {
            try await Bench.run { bench in
                for number in 1...7 {
                    try await bench.submit(Bench.event("$\(number)", to: ["@bob:hs", "@eve:hs"]), as: "\(number)")
                }
                var found: [[String]] = []
                var token: String?
                repeat {
                    let page = try await page(bench, "&limit=3" + (token.map { "&from=\($0)" } ?? ""))
                    found.append(ids(page))
                    token = page["next_token"]?.string
                    // What comes between two pages is on neither of them, nor does it shift them.
                    try await bench.submit(Bench.event("$later\(found.count)"), as: "later\(found.count)")
                    if found.count == 2 { try await bench.crash() }
                } while token != nil && found.count < 5
                #expect(found == [["$7", "$6", "$5"], ["$4", "$3", "$2"], ["$1"]])
                // As many as there are is a page without a next one.
                let exact = try await page(bench, "&limit=7", user: "@eve:hs")
                #expect(ids(exact) == ["$7", "$6", "$5", "$4", "$3", "$2", "$1"] && exact["next_token"] == nil)
            }
        }

        @Test func aPageHasFiftyEntriesUnlessAskedAndAHundredAtMost() async throws {
            try await Bench.run { bench in
                let events = (0..<120).map { Bench.event("$\($0)") }
                let response = try await bench.client.send(
                    "PUT", "/_pusher/v1/transactions/1", Bench.transaction(events: events))
                try #require(response.status == 200, "\(response.text)")
                for (query, count) in [("", 50), ("&limit=99", 99), ("&limit=100", 100), ("&limit=1000000", 100)] {
                    let page = try await page(bench, query)
                    #expect(page["notifications"]?.count == count, "\(query)")
                    #expect(page["next_token"]?.string?.isEmpty == false, "\(query)")
                }
            }
        }

        @Test func highlightsCanBeListedAlone() async throws {
            try await Bench.run { bench in
                let loud = #","actions":["notify",{"set_tweak":"highlight"}]"#
                for number in 1...6 {
                    let isLoud = number % 2 == 0
                    try await bench.submit(Bench.event("$\(number)", recipient: isLoud ? loud : ""), as: "\(number)")
                }
                try await bench.submit(Bench.event("$silent", recipient: #","actions":[]"#), as: "silent")
                #expect(try await ids(page(bench)) == ["$6", "$5", "$4", "$3", "$2", "$1"])
                let first = try await page(bench, "&only=highlight&limit=2")
                #expect(ids(first) == ["$6", "$4"])
                let token = try #require(first["next_token"]?.string)
                let second = try await page(bench, "&only=highlight&limit=2&from=\(token)")
                #expect(ids(second) == ["$2"] && second["next_token"] == nil)
            }
        }

        @Test func receiptsMarkWhatIsReadAndRedactedEventsAreGone() async throws {
            try await Bench.run { bench in
                let both = ["@bob:hs", "@eve:hs"]
                for (eventID, thread) in [("$1", nil), ("$2", "$1"), ("$3", nil), ("$4", nil)] {
                    try await bench.submit(Bench.event(eventID, thread: thread, to: both), as: eventID)
                }
                try await bench.read(Bench.receipt("$3", thread: "main"), as: "r")
                let redaction = Bench.event("$x", type: "m.room.redaction", content: #"{"redacts":"$4"}"#, to: [])
                try await bench.submit(redaction, as: "x")
                try await bench.crash()
                func read(_ user: String) async throws -> [String: Bool] {
                    let entries = try await page(bench, user: user)["notifications"]?.elements
                    return Dictionary(
                        uniqueKeysWithValues: try #require(entries).map {
                            ($0["event"]?["event_id"]?.string ?? "", $0["read"]?.bool ?? false)
                        })
                }
                #expect(try await read("@bob:hs") == ["$1": true, "$2": false, "$3": true])
                #expect(try await read("@eve:hs") == ["$1": false, "$2": false, "$3": false])
            }
        }

        @Test func whatIsAskedWrongIsRefused() async throws {
            try await Bench.run { bench in
                let path = "/_matrix/client/v3/notifications"
                for (method, target, status, code) in [
                    ("GET", path, 400, "M_MISSING_PARAM"), ("GET", "\(path)?limit=3", 400, "M_MISSING_PARAM"),
                    ("GET", "\(path)?user_id=bob", 400, "M_INVALID_PARAM"),
                    ("GET", "\(path)?user_id=@bob:hs&limit=0", 400, "M_INVALID_PARAM"),
                    ("GET", "\(path)?user_id=@bob:hs&limit=many", 400, "M_INVALID_PARAM"),
                    ("GET", "\(path)?user_id=@bob:hs&from=nowhere", 400, "M_INVALID_PARAM"),
                    ("PUT", "\(path)?user_id=@bob:hs", 405, "M_UNRECOGNIZED"),
                    ("GET", "\(path)/?user_id=@bob:hs", 404, "M_UNRECOGNIZED"),
                ] {
                    let response = try await bench.client.send(method, target)
                    #expect(response.status == status, "\(method) \(target): \(response.text)")
                    #expect(response.json?["errcode"]?.string == code, "\(method) \(target): \(response.text)")
                }
            }
        }
    }
}
