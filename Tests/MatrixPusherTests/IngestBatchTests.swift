import PushGateway
import PushQueue
import PushRules
import Testing

@testable import MatrixPusher

struct IngestBatchTests {
    /// Drafts of events with so many readers each, all new; `pushers` says how many a reader of an event has.
    private func drafts(_ readers: [Int], pushers: (_ event: Int, _ reader: Int) -> Int) throws -> EventDrafts {
        let events = readers.indices.map { event in
            let recipients = (0..<readers[event]).map { #"{"user_id":"@u\#($0):hs","actions":["notify"]}"# }
            return #"{"event":{"event_id":"$\#(event)","room_id":"!r:hs","type":"t","sender":"@a:hs","content":{}},"#
                + #""recipients":[\#(recipients.joined(separator: ","))]}"#
        }
        let body = #"{"events":[\#(events.joined(separator: ","))]}"#
        var drafts = EventDrafts(try TransactionRequest(Array(body.utf8)).items)
        for event in readers.indices {
            let first = drafts.readers.count
            for (reader, recipient) in drafts.items.list[event].recipients.enumerated() {
                let actions = try #require(drafts.items.actions(for: drafts.items.recipients[recipient]))
                let firstPusher = drafts.pushers.count
                drafts.pushers += (0..<pushers(event, reader)).map { Int64(1000 * event + reader + $0) }
                let result = RecipientEvaluation.Result(flags: [], actions: actions, isGiven: true)
                var draft = EventDrafts.Reader(recipient: recipient, result: result, key: UInt64(drafts.readers.count))
                draft.pushers = firstPusher..<drafts.pushers.count
                draft.isNew = true
                drafts.readers.append(draft)
            }
            drafts.events.append(first..<drafts.readers.count)
        }
        return drafts
    }

    private func batch(_ drafts: EventDrafts, known: [Bool]? = nil) -> IngestBatch {
        let known = known ?? drafts.events.map { _ in false }
        return IngestBatch(drafts, known: known, keys: drafts.readers.map(\.key), counts: [], at: 5)
    }

    private func eventID(_ live: LiveEvent?) -> String? {
        live.map { String(decoding: $0.fragment.bytes.prefix(16), as: UTF8.self) }
    }

    @Test func `Each event has its own notifications and readers`() throws {
        let batch = batch(try drafts([2, 1, 3]) { event, reader in event == 0 ? 2 : reader })
        let (list, notifications, readers) = (batch.events.list, batch.events.notifications, batch.events.readers)
        #expect(
            list.map { notifications[$0.notifications].map(\.pusher) } == [[0, 1, 1, 2], [], [2001, 2002, 2003]])
        #expect(list.map { readers[$0.readers].map(\.place) } == [[0, 1], [2], [3, 4, 5]])
        #expect(list.map(\.place) == [0, 1, 2])
        #expect(batch.live.map { $0?.count } == [4, nil, 3])
        #expect((batch.live[2].map { live in (0..<live.count).map { live[$0].pusher } }) == [2001, 2002, 2003])
        #expect(batch.notificationCount == 7)
        #expect(readers.count == 6)
    }

    @Test func `An event that notifies nobody has a place, unless it has one`() throws {
        let drafts = try drafts([0, 1, 0]) { _, _ in 1 }
        #expect(batch(drafts).events.list.map(\.isPlace) == [true, false, true])
        #expect(batch(drafts, known: [true, false, false]).events.list.map(\.place) == [1, 2])
    }

    @Test func `Of an event in several parts each part shows that event`() throws {
        let perEvent = Int(NotificationID.perEvent)
        // The second event's first part has no notifications.
        let drafts = try drafts([1, 2 * perEvent + 1]) { event, reader in event == 0 || reader >= perEvent ? 1 : 0 }
        let batch = batch(drafts)
        #expect(batch.events.list.map(\.place) == [0, 1, 1, 1])
        #expect(batch.events.list.map(\.readers.count) == [1, perEvent, perEvent, 1])
        #expect(batch.live.map { $0?.count } == [1, nil, perEvent, 1])
        #expect(
            batch.live.map(eventID) == [#"{"event_id":"$0""#, nil, #"{"event_id":"$1""#, #"{"event_id":"$1""#])
        #expect(batch.live[3]?[0].pusher == Int64(1000 + 2 * perEvent))
    }
}
