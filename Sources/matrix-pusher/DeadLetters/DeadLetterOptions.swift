internal import ArgumentParser
internal import MatrixPusher
internal import PusherService

/// What narrows a choice of dead letters, besides where they were to go.
struct DeadLetterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only those with this reason: gave_up, expired, refused, too_large or blocked_address.",
            valueName: "reason"))
    var reason: String?

    @Option(help: ArgumentHelp("Only those queued at least this long ago: 500ms, 30s, 5m, 24h, 7d.", valueName: "age"))
    var older: String?

    func narrow(_ filter: inout DeadLetterFilter) throws {
        do throws(PusherError) {
            filter.reason = try reason.map(DeadLetterQuery.reason)
            filter.olderThan = try older.map(NotificationQuery.age)
        } catch {
            throw ValidationError("--\(error.message)")
        }
    }
}
