import PushGateway
import PushJSON
import Testing

struct NotificationBodyTests {
    private let event: EventFragment
    private let device: DeviceFragment
    private static let deviceText = #"{"app_id":"app","pushkey":"key","pushkey_ts":5,"data":{"format":"x"}"#

    init() throws {
        let text =
            #"{"event_id":"$e\"1","room_id":"!r:hs","type":"m.room.member","sender":"@a:hs","state_key":"@b:hs","#
            + #""content":{"membership":"join"}}"#
        event = try #require(EventFragment(event: try JSONDocument(parsing: text).root, room: nil))
        let data = Array(#"{"url":"https://p/","format":"x"}"#.utf8)
        device = try #require(DeviceFragment(appID: "app", pushkey: "key", pushkeyTS: 5, data: data))
    }

    private func text(_ body: NotificationBody) throws -> String {
        let bytes = body.bytes
        #expect(try JSONDocument(parsing: bytes).root["notification"]?["devices"]?.count == 1)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `The full format has everything that is known`() throws {
        let body = NotificationBody.full(
            event: event, device: device, priority: .high, counts: NotificationCounts(unread: 3, missedCalls: 1),
            tweaks: Array(#"{"sound":"default"}"#.utf8), userIsTarget: true,
            options: NotificationBody.Options(includesLegacyFields: true))
        #expect(
            try text(body) == #"{"notification":{"event_id":"$e\"1","room_id":"!r:hs","type":"m.room.member","#
                + #""sender":"@a:hs","membership":"join","content":{"membership":"join"},"id":"$e\"1","prio":"high","#
                + #""user_is_target":true,"counts":{"unread":3,"missed_calls":1},"#
                + #""devices":[\#(Self.deviceText),"tweaks":{"sound":"default"}}]}}"#)
    }

    @Test(arguments: [[], Array("{}".utf8)] as [[UInt8]])
    func `The full format leaves out what is not known`(tweaks: [UInt8]) throws {
        let body = NotificationBody.full(
            event: event, device: device, priority: .low, tweaks: tweaks,
            options: NotificationBody.Options(includesContent: false))
        #expect(
            try text(body) == #"{"notification":{"event_id":"$e\"1","room_id":"!r:hs","type":"m.room.member","#
                + #""sender":"@a:hs","membership":"join","prio":"low","devices":[\#(Self.deviceText)}]}}"#)
    }

    @Test func `A recipient who is not the subject of a member event is said not to be`() throws {
        let body = NotificationBody.full(event: event, device: device, priority: .low, userIsTarget: false)
        #expect(try JSONDocument(parsing: body.bytes).root["notification"]?["user_is_target"]?.bool == false)
    }

    @Test func `The event_id_only format has the IDs and no tweaks`() throws {
        let body = NotificationBody.eventIDOnly(
            event: event, device: device, priority: .low, counts: NotificationCounts(unread: 2))
        #expect(
            try text(body) == #"{"notification":{"event_id":"$e\"1","room_id":"!r:hs","prio":"low","#
                + #""counts":{"unread":2},"devices":[\#(Self.deviceText)}]}}"#)
    }

    @Test func `The legacy field goes into the event_id_only format too`() throws {
        let body = NotificationBody.eventIDOnly(
            event: event, device: device, priority: .high,
            options: NotificationBody.Options(includesLegacyFields: true))
        #expect(
            try text(body) == #"{"notification":{"event_id":"$e\"1","room_id":"!r:hs","id":"$e\"1","prio":"high","#
                + #""devices":[\#(Self.deviceText)}]}}"#)
    }

    @Test(arguments: [
        (NotificationCounts(), nil),
        (NotificationCounts(unread: 0), "{}"),
        (NotificationCounts(unread: 0, missedCalls: 2), #"{"missed_calls":2}"#),
        (NotificationCounts(unread: 1, missedCalls: 0), #"{"unread":1}"#),
        (NotificationCounts(missedCalls: 0), "{}"),
        (
            NotificationCounts(unread: .max, missedCalls: .min),
            #"{"unread":\#(Int64.max),"missed_calls":\#(Int64.min)}"#
        ),
    ])
    func `Zero counts are left out of event notifications`(counts: NotificationCounts, expected: String?) throws {
        let bodies = [
            NotificationBody.full(event: event, device: device, priority: .low, counts: counts),
            NotificationBody.eventIDOnly(event: event, device: device, priority: .low, counts: counts),
        ]
        for body in bodies {
            let written = try JSONDocument(parsing: body.bytes).root["notification"]?["counts"]?.sourceBytes
            #expect(written.map { String(decoding: $0, as: UTF8.self) } == expected)
        }
    }

    @Test(arguments: [
        (NotificationCounts(unread: 0), #"{"unread":0}"#),
        (NotificationCounts(unread: 0, missedCalls: 0), #"{"unread":0,"missed_calls":0}"#),
        (NotificationCounts(missedCalls: 10), #"{"missed_calls":10}"#),
    ])
    func `Zero counts are written out in notifications of counts`(counts: NotificationCounts, expected: String) throws {
        let body = NotificationBody.countsOnly(counts: counts, device: device)
        #expect(
            try text(body)
                == #"{"notification":{"counts":\#(expected),"prio":"low","devices":[\#(Self.deviceText)}]}}"#)
    }
}
