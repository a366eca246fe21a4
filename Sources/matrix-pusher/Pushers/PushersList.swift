internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

struct PushersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List pushers with their health, in the order in which they were first set."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var selection: SelectionOptions

    @Option(help: ArgumentHelp("Only those in this state: ok, failing or disabled.", valueName: "state"))
    var state: String?

    func validate() throws {
        _ = try query()
    }

    func run() async throws {
        let query = try query()
        let pushers = try await common.queue().pushers(query).root["pushers"]
        try Output.print(
            list: pushers, in: PusherTable(now: SystemClock.milliseconds), asJSON: common.json,
            limit: query.filter.limit, order: "first")
    }

    private func query() throws -> PusherListQuery {
        var query = PusherListQuery()
        query.showsSecrets = selection.showSecrets
        query.filter.gateway = selection.gateway
        query.filter.userID = selection.user
        query.filter.appID = selection.app
        do throws(PusherError) {
            query.filter.state = try state.map(PusherListQuery.state)
            query.filter.limit = try NotificationQuery.limit(String(selection.limit))
        } catch {
            throw ValidationError("--\(error.message)")
        }
        return query
    }
}
