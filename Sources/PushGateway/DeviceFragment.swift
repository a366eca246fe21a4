internal import PushJSON

/// The device of a notification, rendered once per pusher: `app_id`, `pushkey`, `pushkey_ts` and `data`.
package struct DeviceFragment: Sendable, Equatable {
    /// The JSON object without its closing brace: `tweaks` may follow.
    let bytes: [UInt8]

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

        var bytes = writer.bytes
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in members where !key.isString("url") {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes.append(contentsOf: key.sourceBytes)
            bytes.append(UInt8(ascii: ":"))
            bytes.append(contentsOf: value.sourceBytes)
        }
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
    }
}
