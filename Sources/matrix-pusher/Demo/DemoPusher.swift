internal import PushJSON
internal import SidecarHarness

/// A pusher of the demonstration, a line of `pushers.jsonl`.
struct DemoPusher: Sendable {
    /// Which gateway it is registered with.
    enum Gateway: String, CaseIterable { case fast, busy }

    let name: String
    let userID: String
    let pushkey: String
    /// The gateway says that the pushkey is no longer good.
    let isRejected: Bool
    /// The body of `POST /_matrix/client/v3/pushers/set`.
    let registration: JSONValue
    /// The user's own push rules, where there are any.
    let pushRules: JSONValue?

    var wantsEventIDOnly: Bool { registration["data"]?["format"]?.isString("event_id_only") ?? false }

    /// Reads a line; `{fast}` and `{busy}` in it stand for the gateways' ports.
    init(line: Substring, ports: [Gateway: Int]) throws {
        var line = String(line)
        for (gateway, port) in ports { line = line.replacing("{\(gateway.rawValue)}", with: "\(port)") }
        let root = try JSONDocument(parsing: line).root
        guard let name = root["name"]?.string, let userID = root["user_id"]?.string, let registration = root["pusher"],
            let pushkey = registration["pushkey"]?.string
        else { throw HarnessError("pushers.jsonl: a pusher lacks name, user_id, pusher or pushkey") }
        self.name = name
        self.userID = userID
        self.pushkey = pushkey
        self.registration = registration
        isRejected = root["rejected"]?.bool ?? false
        pushRules = root["push_rules"]
    }

    /// All pushers of the demonstration.
    static func all(ports: [Gateway: Int]) throws -> [DemoPusher] {
        let text = String(decoding: PackageResources.pushers_jsonl, as: UTF8.self)
        return try text.split(separator: "\n").map { try DemoPusher(line: $0, ports: ports) }
    }
}
