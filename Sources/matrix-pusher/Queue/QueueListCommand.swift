internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

struct QueueList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List queued notifications, the oldest first."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var selection: SelectionOptions

    @Option(help: ArgumentHelp("Only those in this state: due, waiting or in_flight.", valueName: "state"))
    var state: String?

    @Option(help: ArgumentHelp("Only those queued at least this long ago: 500ms, 30s, 5m, 24h, 7d.", valueName: "age"))
    var older: String?

    func validate() throws {
        _ = try query()
    }

    func run() async throws {
        let query = try query()
        let notifications = try await common.queue().notifications(query).root["notifications"]
        try Output.print(
            list: notifications, in: NotificationTable(now: SystemClock.milliseconds), asJSON: common.json,
            limit: query.filter.limit, order: "oldest")
    }

    private func query() throws -> NotificationQuery {
        var query = NotificationQuery()
        query.showsSecrets = selection.showSecrets
        query.filter.gateway = selection.gateway
        query.filter.userID = selection.user
        query.filter.appID = selection.app
        do throws(PusherError) {
            query.filter.state = try state.map(NotificationQuery.state)
            query.filter.olderThan = try older.map(NotificationQuery.age)
            query.filter.limit = try NotificationQuery.limit(String(selection.limit))
        } catch {
            throw ValidationError("--\(error.message)")
        }
        return query
    }
}
