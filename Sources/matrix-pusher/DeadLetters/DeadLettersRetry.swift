internal import ArgumentParser
internal import PusherService

struct DeadLettersRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Put dead letters back into their pushers' queues.",
        discussion: """
            The running sidecar does it. They are queued as if they had come just now: without attempts, behind what \
            waits already, and their age counts anew. Those whose pusher is gone or disabled stay dead. With an id it acts \
            at once; with a filter or --all only with --yes, and without it says how many there are.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var target: DeadLetterTarget

    func run() async throws {
        try target.act(.retry, common) { done, skipped in
            let rest = skipped == 0 ? "" : "; \(skipped) stay dead, as their pusher is gone or disabled"
            return "\(DeadLetterTarget.letters(done)) put back into the queue\(rest)"
        }
    }
}
