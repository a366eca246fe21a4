internal import MatrixPusher
internal import PushJSON

/// `…/removed_pushers`, the same online and offline.
enum RemovedPusherList {
    /// - Parameter since: What was asked for, which stays the next where there is nothing new.
    static func write(
        _ removed: [RemovedPusherSummary], since: Int64, to json: inout JSONWriter, showsSecrets: Bool
    ) {
        json.beginObject()
        json.key("removed")
        json.beginArray()
        for pusher in removed { pusher.write(to: &json, showsSecrets: showsSecrets) }
        json.endArray()
        json.member("next", removed.last?.sequence ?? since)
        json.endObject()
    }
}

extension RemovedPusherSummary {
    /// Writes the tombstone; its `id`, for restoring, is its number as text.
    func write(to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        json.member("v", 1)
        json.member("id", String(sequence))
        json.member("seq", sequence)
        json.member("pusher_id", String(pusherID))
        json.member("user_id", userID)
        json.member("device_id", deviceID)
        json.member("app_id", appID)
        json.member("pushkey", showsSecrets ? pushkey : PushkeyText.shortened(pushkey))
        json.member("gateway", gateway)
        json.member("reason", reason.rawValue)
        json.member("removed_at", time: removedAt)
        json.member("restorable", isRestorable)
        json.member("restored_at", time: restoredAt)
        json.endObject()
    }
}
