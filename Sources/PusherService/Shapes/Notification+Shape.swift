internal import MatrixPusher
internal import PushJSON

/// `…/notifications`, the same online and offline.
enum NotificationList {
    static func write(_ notifications: [NotificationSummary], to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        json.member("v", 1)
        json.key("notifications")
        json.beginArray()
        for notification in notifications { notification.write(to: &json, showsSecrets: showsSecrets) }
        json.endArray()
        json.endObject()
    }

    static let notFound = PusherError(.notFound, "there is no notification with this id")
}

extension NotificationSummary {
    /// Writes the notification as lists show it; a dead one with its end.
    func write(to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        writeMembers(to: &json, showsSecrets: showsSecrets)
        json.endObject()
    }

    fileprivate func writeMembers(to json: inout JSONWriter, showsSecrets: Bool) {
        json.member("v", 1)
        json.member("id", String(id))
        json.member("kind", kind.rawValue)
        json.member("state", state.rawValue)
        json.member("user_id", userID)
        json.member("app_id", appID)
        json.member("pushkey", showsSecrets ? pushkey : PushkeyText.shortened(pushkey))
        json.member("gateway", gateway)
        json.member("event_id", eventID)
        json.member("room_id", roomID)
        json.member("prio", isHighPriority ? "high" : "low")
        json.member("queued_at", time: queuedAt)
        json.member("attempts", attempts)
        json.member("next_attempt", time: nextAttemptAt)
        json.member("last_error", lastError)
        guard let death else { return }
        json.member("dead_at", time: death.at)
        json.member("reason", death.reason.rawValue)
        json.member("last_status", death.lastStatus.map(Int64.init))
    }
}

extension NotificationDetail {
    /// Writes the notification with every attempt.
    func write(to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        summary.writeMembers(to: &json, showsSecrets: showsSecrets)
        json.key("attempt_log")
        json.beginArray()
        for attempt in attempts { attempt.write(to: &json) }
        json.endArray()
        json.endObject()
    }
}

extension DeliveryAttempt {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("at", time: at)
        json.member("duration_ms", duration.milliseconds)
        json.member("outcome", outcome)
        json.member("status", status.map(Int64.init))
        json.member("reason", reason)
        json.member("next_attempt", time: nextAttemptAt)
        json.endObject()
    }
}
