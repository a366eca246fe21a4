internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

struct PushersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List pushers with their health, in the order in which they were first set."
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("Only those with this gateway: https://host:port, or the host alone.", valueName: "name"))
    var gateway: String?

    @Option(help: ArgumentHelp("Only those of this user.", valueName: "user id"))
    var user: String?

    @Option(help: ArgumentHelp("Only those of this app.", valueName: "app id"))
    var app: String?

    @Option(help: ArgumentHelp("Only those in this state: ok, failing or disabled.", valueName: "state"))
    var state: String?

    @Option(help: ArgumentHelp("At most this many.", valueName: "number"))
    var limit = 100

    @Flag(help: "Show pushkeys in full.")
    var showSecrets = false

    func validate() throws {
        _ = try query()
    }

    func run() async throws {
        let query = try query()
        let pushers = try await common.queue().pushers(query).root["pushers"]
        var table = PusherTable(now: SystemClock.milliseconds)
        for pusher in pushers?.elements.map(Array.init) ?? [] {
            if common.json { try Output.print(json: pusher) } else { table.add(pusher) }
        }
        guard !common.json else { return }
        try Output.print(table.text(width: Terminal.width))
        if let count = pushers?.count, count == query.filter.limit {
            Failure.remark("these are the first \(count); see more with --limit")
        }
    }

    private func query() throws -> PusherListQuery {
        var query = PusherListQuery()
        query.showsSecrets = showSecrets
        query.filter.gateway = gateway
        query.filter.userID = user
        query.filter.appID = app
        do throws(PusherError) {
            query.filter.state = try state.map(PusherListQuery.state)
            query.filter.limit = try NotificationQuery.limit(String(limit))
        } catch {
            throw ValidationError("--\(error.message)")
        }
        return query
    }
}
