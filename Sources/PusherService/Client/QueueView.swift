package import MatrixPusher
package import PushJSON

/// What the inspection commands look at: a running sidecar, or the database when none runs.
package struct QueueView: Sendable {
    let socketPath: String
    private let databasePath: String
    private let onOffline: @Sendable (String) -> Void

    /// - Parameter onOffline: Called with a remark for the user when no sidecar answers.
    package init(_ configuration: ServiceConfiguration, onOffline: @escaping @Sendable (String) -> Void) {
        socketPath = configuration.socket.path
        databasePath = configuration.pusher.databasePath
        self.onOffline = onOffline
    }

    /// One object as `GET /_pusher/v1/status` has it.
    package func status() async throws(PusherError) -> JSONDocument {
        if let answer = try sidecar.get("/_pusher/v1/status") { return answer }
        let status = try await offline().status()
        return try Self.document(status.write)
    }

    /// One object as `GET /_pusher/v1/notifications` has it.
    package func notifications(_ query: NotificationQuery) async throws(PusherError) -> JSONDocument {
        if let answer = try sidecar.get("/_pusher/v1/notifications\(query.text)") { return answer }
        let notifications = try await offline().notifications(query.filter)
        return try Self.document { NotificationList.write(notifications, to: &$0, showsSecrets: query.showsSecrets) }
    }

    /// One object as `GET /_pusher/v1/notifications/{id}` has it.
    package func notification(id: Int64, showsSecrets: Bool) async throws(PusherError) -> JSONDocument {
        if let answer = try sidecar.get("/_pusher/v1/notifications/\(id)\(showsSecrets ? "?show_secrets=true" : "")") {
            return answer
        }
        guard let notification = try await offline().notification(id: id) else { throw NotificationList.notFound }
        return try Self.document { notification.write(to: &$0, showsSecrets: showsSecrets) }
    }

    var sidecar: SidecarClient { SidecarClient(socketPath: socketPath) }

    /// - Parameter isFirst: Whether the user is still to be told.
    func offline(isFirst: Bool = true) throws(PusherError) -> OfflineQueue {
        let queue: OfflineQueue
        do throws(PusherError) { queue = try OfflineQueue(databasePath: databasePath) } catch {
            throw PusherError(error.code, "no sidecar answers on \(socketPath), and \(error.message)")
        }
        if isFirst { onOffline("no sidecar answers on \(socketPath); reading \(databasePath)") }
        return queue
    }

    /// What the sidecar answers to a request that only a running one can fulfil.
    func change(_ method: String, _ target: String) throws(PusherError) -> JSONDocument {
        guard let answer = try sidecar.send(method, target) else {
            throw PusherError(.unavailable, "no sidecar answers on \(socketPath); this needs a running one")
        }
        return answer
    }

    static func document(_ write: (inout JSONWriter) -> Void) throws(PusherError) -> JSONDocument {
        var json = JSONWriter()
        write(&json)
        do { return try JSONDocument(parsing: json.bytes) } catch {
            throw PusherError(.unavailable, "the answer cannot be read: \(error)")
        }
    }
}
