package import MatrixPusher
package import PushJSON

/// Pushers and what was removed: read from a running sidecar or the database, changed through a running sidecar only.
extension QueueView {
    /// One object as `GET /_pusher/v1/pushers` has it.
    package func pushers(_ query: PusherListQuery) async throws(PusherError) -> JSONDocument {
        if let answer = try sidecar.get("/_pusher/v1/pushers\(query.text)") { return answer }
        let pushers = try await offline().pushers(query.filter)
        return try Self.document { PusherList.write(pushers, to: &$0, showsSecrets: query.showsSecrets) }
    }

    /// One object as `GET /_pusher/v1/pushers/{id}` has it.
    package func pusher(id: Int64, showsSecrets: Bool) async throws(PusherError) -> JSONDocument {
        if let answer = try sidecar.get("/_pusher/v1/pushers/\(id)\(showsSecrets ? "?show_secrets=true" : "")") {
            return answer
        }
        guard let pusher = try await offline().pusher(id: id) else { throw PusherList.notFound }
        return try Self.document { pusher.writeDetail(to: &$0, showsSecrets: showsSecrets) }
    }

    /// A page of `GET /_pusher/v1/removed_pushers`; the last page is empty.
    package func removedPushers(since: Int64, showsSecrets: Bool) async throws(PusherError) -> JSONDocument {
        var query = RemovedPusherQuery()
        query.since = since
        query.showsSecrets = showsSecrets
        if let answer = try sidecar.get("/_pusher/v1/removed_pushers\(query.text)") { return answer }
        // Said once, with the first page.
        let removed = try await offline(isFirst: since == 0).removedPushers(since: since, limit: query.limit)
        return try Self.document {
            RemovedPusherList.write(removed, since: since, to: &$0, showsSecrets: showsSecrets)
        }
    }

    /// Removes a pusher; answers its tombstone as `DELETE /_pusher/v1/pushers/{id}` does.
    package func removePusher(id: Int64, showsSecrets: Bool) throws(PusherError) -> JSONDocument {
        try change("DELETE", "/_pusher/v1/pushers/\(id)?show_secrets=\(showsSecrets)")
    }

    /// Takes a removal back; answers the pusher as `POST /_pusher/v1/removed_pushers/{id}/restore` does.
    package func restorePusher(removal: Int64, showsSecrets: Bool) throws(PusherError) -> JSONDocument {
        try change("POST", "/_pusher/v1/removed_pushers/\(removal)/restore?show_secrets=\(showsSecrets)")
    }
}
