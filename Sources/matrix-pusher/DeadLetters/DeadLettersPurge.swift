internal import ArgumentParser
internal import PusherService

struct DeadLettersPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Delete dead letters for good.",
        discussion: """
            The running sidecar does it. With an id it acts at once; with a filter or --all only with --yes, and without \
            it says how many there are. On its own the sidecar deletes them after queue.dead_letter_retention.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var target: DeadLetterTarget

    func run() async throws {
        try target.act(.purge, common) { done, _ in "\(DeadLetterTarget.letters(done)) deleted" }
    }
}
