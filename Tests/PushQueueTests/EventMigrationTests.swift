internal import Testing

@testable internal import PushQueue

/// From the schemas that stored an event twice, or before there was a history, to the one that stores it once.
@Suite struct EventMigrationTests {
    let folder = TestFolder()

    /// A database of an earlier schema with a pusher, and this in it.
    private func makeDatabase(version: Int, _ sql: String) throws {
        let connection = try Connection(path: folder.database, mode: .readWrite)
        try Migrator(migrations: Migration.all.filter { $0.number <= version }).migrate(connection)
        try connection.execute(
            """
            INSERT INTO pushers VALUES (1, '@bob:hs', 'app', 'key', NULL, 'http', '', '', NULL, 'en', 1, 'https://p/', 'https://p:443',
            x'7B7D', 1, 1, NULL, 0, NULL, NULL, NULL);
            UPDATE numbering SET next_event = 100;
            \(sql)
            """)
    }

    /// SQL that stores an event as it was queued, by its three parts.
    private func queued(_ number: Int, _ ids: String, _ middle: String, _ end: String, expiresAt: Int? = nil) -> String
    {
        let text = (ids + middle + end).replacing("'", with: "''")
        return """
            INSERT INTO events VALUES (\(number), 1000, \(expiresAt.map(String.init) ?? "NULL"), \(ids.utf8.count),
            \((ids + middle).utf8.count), CAST('\(text)' AS BLOB));
            """
    }

    private func notification(_ id: Int) -> String {
        "INSERT INTO notifications (id, pusher, queued_at, flags, tweaks) VALUES (\(id), 1, 1000, 5, x'7B7D');"
    }

    private func payload(_ id: Int64) throws -> (event: String, room: String?) {
        let payload = try #require(try QueueReader.open(path: folder.database).payload(of: id))
        return (
            String(decoding: payload.event, as: UTF8.self), payload.room.map { String(decoding: $0, as: UTF8.self) }
        )
    }

    private static let ids = #"{"event_id":"$é\u0041\ud800","room_id":"!r:hs""#

    static let fragments: [(middle: String, end: String, event: String, room: String)] = [
        (
            #","type":"m.x","sender":"@a:hs""#, "}", #","type":"m.x","sender":"@a:hs"}"#,
            #"{"name":null,"canonical_alias":null,"sender_display_name":null}"#
        ),
        (
            ##","type":"m.x","sender":"@\u0061:hs","sender_display_name":"It's \"É\\","room_name":"\u0043","room_alias":"#c""##,
            #","content":{"n":1.0,"big":12345678901234567890,"s":"\ud800'é","type":{"a":[ 1 ]}}}"#,
            #","type":"m.x","sender":"@\u0061:hs","content":{"n":1.0,"big":12345678901234567890,"s":"\ud800'é","type":{"a":[ 1 ]}}}"#,
            ##"{"name":"\u0043","canonical_alias":"#c","sender_display_name":"It's \"É\\"}"##
        ),
        (
            #","type":"m.room.member","sender":"@a:hs","room_name":"N","membership":"invite""#,
            #","content":{"membership":"invite"}}"#,
            #","type":"m.room.member","sender":"@a:hs","state_key":"","content":{"membership":"invite"}}"#,
            #"{"name":"N","canonical_alias":null,"sender_display_name":null}"#
        ),
    ]

    @Test(arguments: [1, 2, 3], fragments)
    func `What has no history is put together from what was queued`(
        version: Int, fragment: (middle: String, end: String, event: String, room: String)
    ) async throws {
        try makeDatabase(
            version: version,
            queued(7, Self.ids, fragment.middle, fragment.end, expiresAt: 99) + notification(7 * 4096 + 2))
        let queue = try SQLiteQueue.open(folder)
        let stored = try payload(7 * 4096 + 2)
        #expect(stored.event == Self.ids + fragment.event)
        #expect(stored.room == fragment.room)
        #expect(try queue.makeReader().allExpiries() == [7: 99])
        let listed = try #require(try queue.makeReader().notification(7 * 4096 + 2))
        #expect(listed.eventID.hasPrefix("$éA") && listed.roomID == "!r:hs")
        #expect(try queue.makeReader().allEvents().map(\.number) == [7])
        #expect(try await queue.store(.test(events: [.test("next")])) == [100 * 4096])
    }

    @Test(arguments: [2, 3])
    func `What has a history keeps it, and its moment of expiry`(version: Int) async throws {
        let history = [(7, "$q"), (8, "$read"), (9, "$none")].map { number, id in
            """
            INSERT INTO history_events VALUES (\(number), 900, '\(id)', '!r:hs', '$root', 'call',
            CAST('{"event_id":"\(id)"}' AS BLOB), CAST('{}' AS BLOB));
            """
        }.joined()
        try makeDatabase(
            version: version,
            history
                + "INSERT INTO history VALUES (7 * 4096, '@bob:hs', 2, 'Bob', x'5B5D'), (8 * 4096, '@bob:hs', 1, NULL, x'5B5D');"
                + queued(
                    7, #"{"event_id":"$q","room_id":"!r:hs""#, #","type":"t","sender":"@a:hs""#, "}", expiresAt: 99)
                + notification(7 * 4096))
        let queue = try SQLiteQueue.open(folder)
        let stored = try payload(7 * 4096)
        #expect(stored == (#"{"event_id":"$q"}"#, "{}"))
        let reader = try queue.makeReader()
        #expect(try reader.allExpiries() == [7: 99])
        #expect(try reader.allEvents().map(\.eventID) == ["$q", "$read", "$none"])
        let entries = try reader.history(of: "@bob:hs", before: .max, with: [], limit: 9)
        #expect(entries.map(\.id) == [8 * 4096, 7 * 4096])
        #expect(entries.map(\.flags) == [.read, .highlight])
        #expect(
            entries.last?.event
                == HistoryEvent(
                    number: 7, at: 900, eventID: "$q", roomID: "!r:hs", threadID: "$root", callID: "call",
                    event: Array(#"{"event_id":"$q"}"#.utf8), room: Array("{}".utf8)))
        var expiries: [Int64] = []
        try reader.scanExpiries { expiries += [$0, $1] }
        #expect(expiries == [7, 99])
        try await queue.purgeEvents()
        #expect(try reader.allEvents().map(\.eventID) == ["$q"])
    }

    @Test func `A dead letter keeps its event, and what is no JSON its place`() async throws {
        try makeDatabase(
            version: 2,
            queued(7, Self.ids, #","type":"t","sender":"@a:hs""#, "}") + queued(8, "nonsense", "", "")
                + notification(7 * 4096) + notification(8 * 4096)
                + "INSERT INTO dead_letters VALUES (7 * 4096 + 1, 1, '@bob:hs', 'app', 'key', 'https://p:443', 1, NULL, 0, 5, NULL, 400, 1, 'refused', NULL);"
        )
        let queue = try SQLiteQueue.open(folder)
        #expect(try payload(8 * 4096) == ("", #"{"name":null,"canonical_alias":null,"sender_display_name":null}"#))
        queue.finish([7 * 4096, 8 * 4096].map { FinishedNotification(id: $0, hadFailures: false) })
        try await queue.purgeEvents()
        let reader = try queue.makeReader()
        #expect(try reader.allEvents().map(\.number) == [7])
        #expect(try reader.deadLetter(7 * 4096 + 1)?.roomID == "!r:hs")
        queue.close()
        #expect(try QueueReader.open(path: folder.database).verify().isEmpty)
    }
}
