package import MatrixPusher
package import PushJSON

/// Dead letters: read from a running sidecar or the database, changed through a running sidecar only.
extension QueueView {
    /// What is done to dead letters; the raw value ends the path of the endpoint.
    package enum DeadLetterVerb: String, Sendable {
        case retry, purge

        /// The member of an answer with how many were changed.
        package var changed: String { self == .retry ? "retried" : "purged" }
    }

    /// One object as `GET /_pusher/v1/dead_letters` has it.
    package func deadLetters(_ query: DeadLetterQuery) async throws(PusherError) -> JSONDocument {
        if let answer = try sidecar.get("/_pusher/v1/dead_letters\(query.text)") { return answer }
        let letters = try await offline().deadLetters(query.filter)
        return try Self.document { DeadLetterList.write(letters, to: &$0, showsSecrets: query.showsSecrets) }
    }

    /// One object as `GET /_pusher/v1/dead_letters/{id}` has it.
    package func deadLetter(id: Int64, showsSecrets: Bool) async throws(PusherError) -> JSONDocument {
        if let answer = try sidecar.get("/_pusher/v1/dead_letters/\(id)\(showsSecrets ? "?show_secrets=true" : "")") {
            return answer
        }
        guard let letter = try await offline().deadLetter(id: id) else { throw DeadLetterList.notFound }
        return try Self.document { letter.write(to: &$0, showsSecrets: showsSecrets) }
    }

    /// Acts on dead letters; answers what `POST /_pusher/v1/dead_letters/retry` and `…/purge` do.
    package func change(
        _ verb: DeadLetterVerb, _ selection: DeadLetterSelection
    ) throws(PusherError) -> JSONDocument {
        try change("POST", "/_pusher/v1/dead_letters/\(verb.rawValue)\(selection.text)")
    }

    /// What an unconfirmed ``change(_:_:)`` answers, with no more matches than would be acted on.
    /// - Parameter limit: How many those are at most; nil: all that match.
    package func preview(
        _ verb: DeadLetterVerb, _ filter: DeadLetterFilter, limit: Int?
    ) throws(PusherError) -> JSONDocument {
        let answer = try change(verb, .matching(filter, after: 0, isConfirmed: false))
        guard let limit, let matched = answer.root["matched"]?.integer, matched > limit else { return answer }
        var report = DeadLetterReport()
        report.matched = limit
        return try Self.document { [report] in report.write(to: &$0, verb: verb.changed, isDone: false) }
    }
}
