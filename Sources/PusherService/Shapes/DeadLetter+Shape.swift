internal import MatrixPusher
internal import PushJSON

/// `…/dead_letters`, the same online and offline.
enum DeadLetterList {
    static func write(_ letters: [NotificationSummary], to json: inout JSONWriter, showsSecrets: Bool) {
        json.beginObject()
        json.member("v", 1)
        json.key("dead_letters")
        json.beginArray()
        for letter in letters { letter.write(to: &json, showsSecrets: showsSecrets) }
        json.endArray()
        json.endObject()
    }

    static let notFound = PusherError(.notFound, "there is no dead letter with this id")
}

extension DeadLetterReport {
    /// Writes the report as `…/dead_letters/retry` and `…/purge` answer it.
    /// - Parameters:
    ///   - verb: The member with how many were changed: `retried`, `purged`.
    ///   - isDone: False where it was asked for without `yes`.
    func write(to json: inout JSONWriter, verb: String, isDone: Bool) {
        json.beginObject()
        json.member("v", 1)
        json.member("done", isDone)
        json.member("matched", matched)
        json.member(verb, changed)
        json.member("next", next.map { String($0) })
        json.endObject()
    }
}
