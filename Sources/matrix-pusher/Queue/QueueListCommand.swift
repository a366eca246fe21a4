internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

struct QueueList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List queued notifications, the oldest first."
    )

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Only those for this gateway: https://host:port, or the host alone.", valueName: "name"))
    var gateway: String?

    @Option(help: ArgumentHelp("Only those for this user.", valueName: "user id"))
    var user: String?

    @Option(help: ArgumentHelp("Only those for this app.", valueName: "app id"))
    var app: String?

    @Option(help: ArgumentHelp("Only those in this state: due, waiting or in_flight.", valueName: "state"))
    var state: String?

    @Option(help: ArgumentHelp("Only those queued at least this long ago: 500ms, 30s, 5m, 24h, 7d.", valueName: "age"))
    var older: String?

    @Option(help: ArgumentHelp("At most this many.", valueName: "number"))
    var limit = 100

    @Flag(help: "Show pushkeys in full.")
    var showSecrets = false

    func validate() throws {
        _ = try query()
    }

    func run() async throws {
        let query = try query()
        let notifications = try await common.queue().notifications(query).root["notifications"]
        var table = NotificationTable(now: SystemClock.milliseconds)
        for notification in notifications?.elements.map(Array.init) ?? [] {
            if common.json { try Output.print(json: notification) } else { table.add(notification) }
        }
        guard !common.json else { return }
        try Output.print(table.text(width: Terminal.width))
        if let count = notifications?.count, count == query.filter.limit {
            Failure.remark("these are the oldest \(count); see more with --limit")
        }
    }

    private func query() throws -> NotificationQuery {
        var query = NotificationQuery()
        query.showsSecrets = showSecrets
        query.filter.gateway = gateway
        query.filter.userID = user
        query.filter.appID = app
        do throws(PusherError) {
            query.filter.state = try state.map(NotificationQuery.state)
            query.filter.olderThan = try older.map(NotificationQuery.age)
            query.filter.limit = try NotificationQuery.limit(String(limit))
        } catch {
            throw ValidationError("--\(error.message)")
        }
        return query
    }
}
