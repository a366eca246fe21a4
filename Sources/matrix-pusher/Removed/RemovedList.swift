internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

struct RemovedList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List removed pushers with the reason, the newest last."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var selection: SelectionOptions

    @Option(
        help: ArgumentHelp(
            "Only those removed for this reason: rejected, replaced, logout, deleted or user.", valueName: "reason"))
    var reason: String?

    func validate() throws {
        if let reason, RemovedPusherSummary.Reason(rawValue: reason) == nil {
            throw ValidationError("--reason must be rejected, replaced, logout, deleted or user")
        }
        guard selection.limit > 0 else { throw ValidationError("--limit must be a positive number") }
    }

    func run() async throws {
        let (shown, isCut) = try await newest()
        if common.json { return try shown.forEach { try Output.print(json: $0) } }
        let now = SystemClock.milliseconds
        var table = Table([
            .init(title: "ID"), .init(title: "AGE", isNumber: true), .init(title: "REASON"),
            .init(title: "RESTORABLE"), .init(title: "USER", isFlexible: true), .init(title: "APP", isFlexible: true),
            .init(title: "PUSHKEY", isFlexible: true), .init(title: "GATEWAY", isFlexible: true),
        ])
        for removed in shown {
            let text = NotificationText(removed, now: now)
            let restorable = text["restored_at"] == "-" ? text["restorable"] == "true" ? "yes" : "no" : "restored"
            table.add([
                text["id"], text.age(of: "removed_at"), text["reason"], restorable, text["user_id"], text["app_id"],
                text["pushkey"], text["gateway"],
            ])
        }
        try Output.print(table.text(width: Terminal.width))
        if isCut { Failure.remark("these are the newest \(selection.limit); see more with --limit") }
    }

    /// The newest that match, and whether there are older ones. The list only goes forwards, so it is read to its end.
    private func newest() async throws -> (shown: [JSONValue], isCut: Bool) {
        let queue = try common.queue()
        var shown: [JSONValue] = []
        var isCut = false
        var since: Int64 = 0
        while true {
            let page = try await queue.removedPushers(since: since, showsSecrets: selection.showSecrets).root
            guard let removed = page["removed"]?.elements.map(Array.init), !removed.isEmpty,
                let next = page["next"]?.integer, next > since
            else { return (shown, isCut) }
            shown += removed.filter(matches)
            isCut = isCut || shown.count > selection.limit
            shown.removeFirst(max(0, shown.count - selection.limit))
            since = next
        }
    }

    private func matches(_ removed: JSONValue) -> Bool {
        func has(_ name: String, _ wanted: String?) -> Bool { wanted.map { removed[name]?.string == $0 } ?? true }
        let name = removed["gateway"]?.string ?? ""
        let isAtGateway = selection.gateway.map { name == $0 || name.contains("://\($0):") } ?? true
        return isAtGateway && has("user_id", selection.user) && has("app_id", selection.app) && has("reason", reason)
    }
}
