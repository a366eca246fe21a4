internal import MatrixPusher
internal import PushJSON

/// `…/pushers`, the same online and offline.
enum PusherList {
    static func write(_ pushers: [PusherSummary], to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        json.member("v", 1)
        json.key("pushers")
        json.beginArray()
        for pusher in pushers { pusher.write(to: &json, showsSecrets: showsSecrets) }
        json.endArray()
        json.endObject()
    }

    static let notFound = PusherError(.notFound, "there is no pusher with this id")
}

extension PusherSummary {
    /// Writes the pusher as lists show it.
    func write(to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        writeMembers(to: &json, showsSecrets: showsSecrets)
        json.endObject()
    }

    /// Writes the pusher with what its client says of itself; `data` may hold keys, and is a secret as the pushkey is.
    func writeDetail(to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        writeMembers(to: &json, showsSecrets: showsSecrets)
        json.member("app_display_name", appDisplayName)
        json.member("device_display_name", deviceDisplayName)
        json.member("profile_tag", profileTag)
        json.member("lang", lang)
        if showsSecrets {
            json.key("data")
            json.raw(data)
        }
        json.endObject()
    }

    private func writeMembers(to json: inout JSONWriter, showsSecrets: Bool) {
        json.member("v", 1)
        json.member("id", String(id))
        json.member("user_id", userID)
        json.member("device_id", deviceID)
        json.member("app_id", appID)
        json.member("pushkey", showsSecrets ? pushkey : PushkeyText.shortened(pushkey))
        json.member("gateway", gateway)
        json.member("format", format)
        json.member("enabled", isEnabled)
        json.member("queued", queued)
        json.member("last_success", time: lastSuccessAt)
        json.member("failing_since", time: failingSince)
        json.member("attempts", attempts)
        json.member("next_attempt", time: nextAttemptAt)
        json.member("last_error", lastError)
    }
}
