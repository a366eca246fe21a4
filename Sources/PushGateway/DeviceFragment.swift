internal import PushJSON

/// The device of a notification, rendered once per pusher: `app_id`, `pushkey`, `pushkey_ts` and `data`.
package struct DeviceFragment: Sendable, Equatable {
    /// The JSON object without its closing brace: `tweaks` may follow.
    let bytes: [UInt8]

    /// None.
    init() { bytes = [] }

    /// Renders a pusher.
    /// - Parameters:
    ///   - pushkeyTS: When the pusher was set, in Unix seconds.
    ///   - data: The pusher's `data`, a JSON object; `url` is left out, every other member is kept byte for byte.
    /// - Returns: nil where `data` is no JSON object.
    package init?(appID: String, pushkey: String, pushkeyTS: Int64, data: [UInt8]) {
        guard let document = try? JSONDocument(parsing: data), let members = document.root.members else { return nil }
        var writer = JSONWriter(reservingCapacity: 64 + appID.utf8.count + pushkey.utf8.count + data.count)
        writer.beginObject()
        writer.key("app_id")
        writer.value(appID)
        writer.key("pushkey")
        writer.value(pushkey)
        writer.key("pushkey_ts")
        writer.value(pushkeyTS)
        writer.key("data")

        let start = writer.bytes
        // The members take no more than they do in `data`.
        bytes = [UInt8](piecesUpTo: start.count + data.count + 2) { pieces in
            pieces.put(start)
            pieces.put("{")
            var isFirst = true
            for (key, value) in members where !key.isString("url") {
                if !isFirst { pieces.put(",") }
                pieces.put(key)
                pieces.put(":")
                pieces.put(value)
                isFirst = false
            }
            pieces.put("}")
        }
    }
}
