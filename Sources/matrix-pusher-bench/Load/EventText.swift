import PushGateway
import PushJSON
import SidecarHarness

/// The events that are sent: a typical message, with a number in its ID that the gateways find again.
enum EventText {
    /// Digits of a number in an event's ID, and in those of users and rooms.
    static let digits = 12
    static let userDigits = 8
    private static let idEnding = "_x1Gz9cWcWk4dY0pN8mTqLrV3sUaBfE"

    static func user(_ number: Int) -> String { "@user\(padded(number, userDigits)):example.org" }
    static func pushkey(_ number: Int) -> String {
        "pushkey-\(padded(number, userDigits))-dGhpcyBpcyBhIHB1c2hrZXkgb2YgdXN1YWwgc2l6ZQ"
    }
    static let appID = "org.example.app.ios"

    static func event(_ number: Int, room: Int) -> String {
        #"{"event_id":"$\#(padded(number, digits))\#(idEnding)","room_id":"!room\#(padded(room, userDigits)):example.org","#
            + #""type":"m.room.message","sender":"@alice:example.org","origin_server_ts":1700000000000,"#
            + #""content":{"msgtype":"m.text","body":"Hello everybody, the release party is on Friday at eight, "#
            + #"bring your own snacks.","m.mentions":{}}}"#
    }

    static let room =
        #"{"name":"Release party","canonical_alias":"#
        + #""\#("#")party:example.org","member_count":9,"sender_display_name":"Alice","#
        + #""power_levels":{"users":{"@alice:example.org":100}}}"#

    /// What a gateway receives for an event, as the sidecar would write it.
    static func notification() throws -> [UInt8] {
        let event = try JSONDocument(parsing: event(0, room: 0)).root
        let device = DeviceFragment(
            appID: appID, pushkey: pushkey(0), pushkeyTS: 1_700_000_000, data: Array(#"{"url":"https://x"}"#.utf8))
        guard let fragment = EventFragment(event: event, room: try JSONDocument(parsing: room).root), let device else {
            throw HarnessError("the event of the floors cannot be rendered")
        }
        return NotificationBody.full(
            event: fragment, device: device, priority: .low, counts: NotificationCounts(unread: 1)
        ).bytes
    }

    static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// Writes a number over the digits at an address.
    static func patch(_ address: UnsafeMutablePointer<UInt8>, _ number: Int, digits: Int) {
        var rest = number
        for position in stride(from: digits - 1, through: 0, by: -1) {
            address[position] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
