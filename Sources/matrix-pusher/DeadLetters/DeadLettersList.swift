internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

struct DeadLettersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List dead letters with the reason, those of the oldest events first."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var selection: SelectionOptions
    @OptionGroup var narrowing: DeadLetterOptions

    func validate() throws {
        _ = try query()
    }

    func run() async throws {
        let query = try query()
        let letters = try await common.queue().deadLetters(query).root["dead_letters"]
        try Output.print(
            list: letters, in: DeadLetterTable(now: SystemClock.milliseconds), asJSON: common.json,
            limit: query.filter.limit, order: "oldest")
    }

    private func query() throws -> DeadLetterQuery {
        var query = DeadLetterQuery()
        query.showsSecrets = selection.showSecrets
        query.filter.gateway = selection.gateway
        query.filter.userID = selection.user
        query.filter.appID = selection.app
        try narrowing.narrow(&query.filter)
        do throws(PusherError) {
            query.filter.limit = try NotificationQuery.limit(String(selection.limit))
        } catch {
            throw ValidationError("--\(error.message)")
        }
        return query
    }
}
