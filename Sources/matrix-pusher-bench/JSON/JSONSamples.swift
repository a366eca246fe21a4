/// Typical events, and a transaction of them.
enum JSONSamples {
    static let message = EventText.event(1, room: 1)

    static let member =
        #"{"event_id":"$member0Xz1Gz9cWcWk4dY0pN8mTqLrV3sUaBfE","room_id":"!room:example.org","type":"m.room.member","#
        + #""state_key":"@bob:example.org","sender":"@alice:example.org","origin_server_ts":1700000000000,"#
        + #""content":{"membership":"invite","displayname":"Bob","avatar_url":"mxc://example.org/abcdefghijklmnop"},"#
        + #""unsigned":{"age":1234,"prev_content":{"membership":"leave"}}}"#

    static let encrypted =
        #"{"event_id":"$encrypted1Gz9cWcWk4dY0pN8mTqLrV3sUaBfE","room_id":"!room:example.org","#
        + #""type":"m.room.encrypted","sender":"@alice:example.org","origin_server_ts":1700000000000,"#
        + #""content":{"algorithm":"m.megolm.v1.aes-sha2","ciphertext":""#
        + String(repeating: "AwgAEnACgAkLmt6qF84IK++J7UDH2Za1YVchHyprqTqsg2yyOwAtHaZTwyNg37afzg8f", count: 12)
        + #"","device_id":"RJYKSTBOIE","sender_key":"IlRMeOPX2e0MurIyfWEucYBRVOEEUMrOHqn/8mLqMjA","#
        + #""session_id":"X3lUlvLELLYxeTx4yOVu6UDpasGEVO0Jbu+QFnm0cKQ"}}"#

    static let transaction: String = {
        let item = #"{"event":\#(message),"room":\#(EventText.room),"recipients":[{"user_id":"@bob:example.org"}]}"#
        return #"{"events":[\#((0..<16).map { _ in item }.joined(separator: ","))]}"#
    }()

    static var all: [(name: String, text: String)] {
        [
            ("a message", message), ("a membership", member), ("an encrypted message", encrypted),
            ("a transaction of 16", transaction),
        ]
    }
}
