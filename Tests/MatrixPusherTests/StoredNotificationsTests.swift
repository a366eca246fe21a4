import Foundation
import PushGateway
import PushJSON
import Testing

@testable import MatrixPusher
@testable import PushQueue

/// What is read back from the queue is what gateways were to be sent when it was queued.
struct StoredNotificationsTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("stored-\(UUID().uuidString).db")
        .path

    private func cleanUp() {
        for ending in ["", "-wal", "-shm", "-lock"] { try? FileManager.default.removeItem(atPath: path + ending) }
    }

    static let cases: [(event: String, room: String?)] = [
        (
            #""type":"m.room.message","content":{"body":"It's \"é\" \ud83d\ude00","n":1.0,"big":12345678901234567890}"#,
            nil
        ),
        (
            #""content":{ "a" : [1, {}] },"type":"m.\u0078","origin_server_ts":1"#,
            ##"{"name":"Mission \u0043ontrol","canonical_alias":"#mc:hs","sender_display_name":"Älice","member_count":2}"##
        ),
        (#""type":"m.room.member","state_key":"@b:hs","content":{"membership":"in\u0076ite"}"#, #"{"name":""}"#),
        (#""type":"m.room.member","state_key":"@b:hs","content":{}"#, ##"{"canonical_alias":"#a:hs"}"##),
        (#""type":"m.room.topic","state_key":"","content":{"membership":"join"}"#, #"{"sender_display_name":"A"}"#),
    ]

    private func parts(_ text: (event: String, room: String?)) throws -> (
        event: [UInt8], room: [UInt8]?, fragment: EventFragment
    ) {
        let event = Array(#"{"event_id":"$\u0065-é","room_id":"!r:hs","sender":"@a:hs",\#(text.event)}"#.utf8)
        let room = text.room.map { Array($0.utf8) }
        let fragment = EventFragment(
            event: try JSONDocument(parsing: event).root, room: try room.map { try JSONDocument(parsing: $0).root })
        return (event, room, try #require(fragment))
    }

    @Test(arguments: cases)
    func `An event that was stored is rendered as when it came`(event: String, room: String?) async throws {
        defer { cleanUp() }
        let parts = try parts((event, room))
        let queue = try SQLiteQueue(path: path)
        let events = NewEvents(
            EventCopies([(parts.event, parts.room), (Array("nonsense".utf8), nil)]),
            list: [NewEvent(0, expiresAt: 9, notifications: 0..<2), NewEvent(1, notifications: 2..<3)],
            notifications: [
                NewNotification(pusher: 1, flags: 3), NewNotification(pusher: 2, tweaks: Array("{}".utf8)),
                NewNotification(pusher: 1),
            ])
        let transaction = NewTransaction(transactionID: nil, answer: [], queuedAt: 5, events: events)
        let receipt = await withCheckedContinuation { done in
            queue.append(transaction) { done.resume(returning: $0) }
        }
        guard case .stored(let numbers) = try receipt.get() else {
            Issue.record("not stored")
            return
        }
        let first = numbers[0] * NotificationID.perEvent
        let stored = try StoredNotifications(
            [numbers[1] * NotificationID.perEvent, first + 1, first, 1], from: try queue.makeReader())
        #expect(stored[first]?.fragment == parts.fragment)
        #expect(stored[first + 1]?.fragment == parts.fragment)
        #expect(stored[first]?.flags == 3)
        #expect(stored[first + 1]?.tweaks == Array("{}".utf8))
        #expect(stored[numbers[1] * NotificationID.perEvent].map { $0.fragment == nil } == true)
        #expect(stored[1] == nil)
    }

    @Test(arguments: cases)
    func `An event that was queued before events were stored once is sent as it was rendered`(
        event: String, room: String?
    ) throws {
        defer { cleanUp() }
        let fragment = try parts((event, room)).fragment
        do {
            let connection = try Connection(path: path, mode: .readWrite)
            try Migrator(migrations: Migration.all.filter { $0.number <= 2 }).migrate(connection)
            let insert = try connection.prepare("INSERT INTO events VALUES (3, 1, NULL, ?1, ?2, ?3)")
            try insert.bind(1, fragment.idsEnd)
            try insert.bind(2, fragment.contentStart)
            try insert.bind(3, fragment.bytes)
            try insert.run()
            try connection.execute("INSERT INTO notifications (id, pusher, queued_at, flags) VALUES (12288, 1, 1, 0)")
        }
        let queue = try SQLiteQueue(path: path)
        let stored = try StoredNotifications([12_288], from: try queue.makeReader())
        #expect(stored[12_288]?.fragment == fragment)
    }
}

/// The JSON of events in memory of its own.
///
/// `@unchecked Sendable`: the memory is never changed.
private final class EventCopies: EventSource, @unchecked Sendable {
    private let texts: [EventTexts]

    init(_ events: [(event: [UInt8], room: [UInt8]?)]) {
        func keep(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
            _ = copy.initialize(fromContentsOf: bytes)
            return UnsafeBufferPointer(copy)
        }
        texts = events.map { event, room in
            let event = keep(event)
            return EventTexts(
                eventID: event, roomID: event, threadID: nil, callID: nil, event: event, room: room.map(keep))
        }
    }

    deinit {
        for texts in texts {
            texts.event.deallocate()
            texts.room?.deallocate()
        }
    }

    func texts(ofEvent place: Int) -> EventTexts { texts[place] }

    func texts(ofReader place: Int) -> ReaderTexts {
        fatalError("the event notifies nobody")
    }
}
