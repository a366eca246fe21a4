internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

/// What a verb on dead letters is to act on: one by its id, those that match, or all.
struct DeadLetterTarget: ParsableArguments {
    @Argument(help: ArgumentHelp("The dead letter's id, as dead-letters list shows it.", valueName: "id"))
    var id: Int64?

    @Option(
        help: ArgumentHelp("Only those of this gateway: https://host:port, or the host alone.", valueName: "name"))
    var gateway: String?

    @Option(help: ArgumentHelp("Only those of this user.", valueName: "user id"))
    var user: String?

    @Option(help: ArgumentHelp("Only those of this app.", valueName: "app id"))
    var app: String?

    @OptionGroup var narrowing: DeadLetterOptions

    @Option(help: ArgumentHelp("At most this many, those of the oldest events first.", valueName: "number"))
    var limit: Int?

    @Flag(help: "All dead letters.")
    var all = false

    @Flag(help: "Do it; without this only the count is shown.")
    var yes = false

    func validate() throws {
        let filter = try filter()
        guard [id != nil, all, !filter.isUnrestricted].count(where: { $0 }) == 1 else {
            throw ValidationError("give one of these: an id, a filter, or --all")
        }
        guard limit ?? 1 > 0 else { throw ValidationError("--limit must be a positive number") }
        guard id == nil || limit == nil else { throw ValidationError("--limit goes with a filter or --all") }
    }

    /// Acts and tells what was done.
    /// - Parameter summary: The line for people, of how many were changed and how many were not.
    func act(
        _ verb: QueueView.DeadLetterVerb, _ common: CommonOptions, _ summary: (_ done: Int, _ skipped: Int) -> String
    ) throws {
        let queue = try common.queue()
        if let id {
            let answer = try queue.change(verb, .id(id)).root
            return try common.json ? Output.print(json: answer) : Output.print(summary(1, 0))
        }
        guard yes else {
            let answer = try queue.preview(verb, try filter(), limit: limit).root
            return try common.json ? Output.print(json: answer) : Output.print(preview(verb, answer))
        }
        var (matched, changed) = (0, 0)
        do {
            try change(verb, queue) { answer in
                if common.json { try Output.print(json: answer) }
                matched += Int(answer["matched"]?.integer ?? 0)
                changed += Int(answer[verb.changed]?.integer ?? 0)
                return matched
            }
        } catch let error as PusherError {
            // What is done is told before why it went no further.
            if changed > 0, !common.json { try Output.print(summary(changed, matched - changed)) }
            throw error
        }
        if !common.json { try Output.print(summary(changed, matched - changed)) }
    }

    static func letters(_ count: Int) -> String { count == 1 ? "1 dead letter" : "\(count) dead letters" }

    private func preview(_ verb: QueueView.DeadLetterVerb, _ answer: JSONValue) -> String {
        let count = Int(answer["matched"]?.integer ?? 0)
        let outcome = verb == .retry ? "put back into the queue" : "deleted"
        return "\(Self.letters(count)) would be \(outcome)\(count == 0 ? "" : "; nothing is done without --yes")"
    }

    /// One request changes a bounded number: goes on until nothing is left, or as many as wanted were looked at.
    /// - Parameter onAnswer: Returns how many have matched so far.
    private func change(
        _ verb: QueueView.DeadLetterVerb, _ queue: QueueView, _ onAnswer: (JSONValue) throws -> Int
    ) throws {
        var filter = try filter()
        var rest = limit ?? .max
        var after: Int64? = 0
        while let start = after, rest > 0 {
            filter.limit = min(rest, DeadLetterSelection.largestLimit)
            let answer = try queue.change(verb, .matching(filter, after: start, isConfirmed: true)).root
            rest = (limit ?? .max) - (try onAnswer(answer))
            after = answer["next"]?.string.flatMap { Int64($0) }
        }
    }

    private func filter() throws -> DeadLetterFilter {
        var filter = DeadLetterFilter()
        filter.gateway = gateway
        filter.userID = user
        filter.appID = app
        try narrowing.narrow(&filter)
        return filter
    }
}
