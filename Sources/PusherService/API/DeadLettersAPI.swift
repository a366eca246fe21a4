internal import MatrixPusher
internal import NIOHTTP1

/// The part of the socket API about dead letters.
struct DeadLettersAPI: Sendable {
    let pusher: Pusher

    private static let root = "/_pusher/v1/dead_letters"

    var routes: [Route] {
        [
            Route(.GET, Self.root, list),
            Route(.GET, Self.root + "/{id}", show),
            Route(.POST, Self.root + "/retry", retry),
            Route(.POST, Self.root + "/purge", purge),
        ]
    }

    @Sendable private func list(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let query = try DeadLetterQuery(request.query)
        let letters = try await pusher.deadLetters(query.filter)
        return .json { DeadLetterList.write(letters, to: &$0, showsSecrets: query.showsSecrets) }
    }

    @Sendable private func show(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        let showsSecrets = try NotificationQuery.showsSecrets(only: request.query)
        guard let id = Int64(request.parameters[0]), let letter = try await pusher.deadLetter(id: id) else {
            throw DeadLetterList.notFound
        }
        return .json { letter.write(to: &$0, showsSecrets: showsSecrets) }
    }

    @Sendable private func retry(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try await change(
            request, verb: "retried", one: pusher.retryDeadLetter(id:), many: pusher.retryDeadLetters(_:after:))
    }

    @Sendable private func purge(_ request: HTTPRequest) async throws(PusherError) -> HTTPResponse {
        try await change(
            request, verb: "purged", one: pusher.purgeDeadLetter(id:), many: pusher.purgeDeadLetters(_:after:))
    }

    private func change(
        _ request: HTTPRequest, verb: String, one: (Int64) async throws(PusherError) -> Void,
        many: (DeadLetterFilter, Int64) async throws(PusherError) -> DeadLetterReport
    ) async throws(PusherError) -> HTTPResponse {
        var report = DeadLetterReport()
        var isDone = true
        switch try DeadLetterSelection(request.query) {
        case .id(let id):
            try await one(id)
            (report.matched, report.changed) = (1, 1)
        case .matching(let filter, let after, isConfirmed: true):
            report = try await many(filter, after)
        case .matching(let filter, _, isConfirmed: false):
            report.matched = try await pusher.countDeadLetters(filter)
            isDone = false
        }
        return .json { [report, isDone] in report.write(to: &$0, verb: verb, isDone: isDone) }
    }
}
