internal import MatrixPusher
internal import PushJSON

extension PusherSummary {
    /// Writes the pusher as `GET /_matrix/client/v3/pushers` has it, the pushkey in full.
    ///
    /// The specification's members and, under both their names, those of MSC3881: `enabled` always, as it says, and
    /// the device where it is known.
    func writeAsClientAPI(to json: inout JSONWriter) {
        json.beginObject()
        json.member("app_id", appID)
        json.member("pushkey", pushkey)
        json.member("kind", kind)
        json.member("app_display_name", appDisplayName)
        json.member("device_display_name", deviceDisplayName)
        if let profileTag { json.member("profile_tag", profileTag) }
        json.member("lang", lang)
        json.key("data")
        json.raw(data)
        for prefix in ["", "org.matrix.msc3881."] {
            json.member("\(prefix)enabled", isEnabled)
            if let deviceID { json.member("\(prefix)device_id", deviceID) }
        }
        json.endObject()
    }
}
