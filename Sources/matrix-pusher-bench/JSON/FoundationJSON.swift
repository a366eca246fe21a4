import Foundation

/// What Foundation does with JSON, to compare with. The only place that needs Foundation.
enum FoundationJSON {
    /// Parses, and throws the result away.
    static func parse(_ data: Data) throws {
        let value = try JSONSerialization.jsonObject(with: data)
        precondition(value is [String: Any])
    }

    static func data(_ text: String) -> Data { Data(text.utf8) }

    /// Writes the notification of ``JSONMeasurement``; returns its size.
    static func writeNotification(_ number: Int) throws -> Int {
        let device: [String: Any] = [
            "app_id": EventText.appID, "pushkey": "pushkey", "pushkey_ts": 1_700_000_000,
            "data": ["format": "event_id_only"], "tweaks": ["sound": "default"],
        ]
        let notification: [String: Any] = [
            "event_id": "$event", "room_id": "!room:example.org", "type": "m.room.message",
            "sender": "@alice:example.org", "sender_display_name": "Alice", "room_name": "Release party",
            "prio": "high", "counts": ["unread": number], "devices": [device],
        ]
        let data = try JSONSerialization.data(
            withJSONObject: ["notification": notification], options: [.withoutEscapingSlashes])
        return data.count
    }
}
