import PushJSON
import SidecarHarness
import Testing

/// A running sidecar with one scripted gateway, for one test.
struct Bench: Sendable {
    let sidecar: SidecarProcess
    let gateway: ScriptedGateway
    let log: GatewayLog
    /// What the sidecar's machine does wrong.
    let faults: FaultControl

    /// Lets a sidecar reach the scripted gateways.
    static let local = #"network: {allow_http: true, ip_range_allowlist: ["127.0.0.0/8"]}"#

    /// A launcher that limits the sidecar's open files.
    static func limitingOpenFiles(to count: Int) -> [String] {
        ["/bin/sh", "-c", "ulimit -n \(count) && exec \"$0\" \"$@\""]
    }

    /// Starts a sidecar (with `withFaults`, one whose machine may fail) and a gateway, runs the test, and cleans up after it.
    static func run(
        _ configuration: String = local, start: Bool = true, withFaults: Bool = false, launcher: [String] = [],
        environment: [String: String] = [:],
        script: @escaping ScriptedGateway.Script = { _ in .accept },
        _ test: (Bench) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder(prefix: "matrix-pusher-test")
        defer { folder.remove() }
        let log = GatewayLog()
        let gateway = try await ScriptedGateway.start(log: log, script: script)
        let faults = try FaultControl(path: folder.file("faults"))
        let sidecar = try SidecarProcess(
            executable: programPath(), folder: folder, configuration: configuration, launcher: launcher,
            environment: withFaults ? try faults.environment() : environment)
        defer { sidecar.kill() }
        if start { try await sidecar.start() }
        do {
            try await test(Bench(sidecar: sidecar, gateway: gateway, log: log, faults: faults))
        } catch {
            Issue.record("\(error)\n--- the sidecar's output:\n\(sidecar.output)")
        }
        await gateway.stop()
    }

    /// The program beside the test bundle.
    static func programPath() throws -> String { try built("matrix-pusher") }

    /// The path of something that was built beside the test bundle.
    static func built(_ name: String) throws -> String {
        let bundle = try ChildProcess.runningProgram()
        guard let slash = bundle.lastIndex(of: "/") else { throw HarnessError("no folder in \(bundle)") }
        return bundle[...slash] + name
    }

    var client: SidecarClient { sidecar.client }

    // MARK: Requests

    /// The body of `pushers/set`; `members` are written as they are.
    func pusher(
        _ pushkey: String = "key", url: String? = nil, appID: String = "org.example.app", data: String = "",
        members: String = ""
    ) -> String {
        Self.pusher(pushkey, url: url ?? gateway.url, appID: appID, data: data, members: members)
    }

    static func pusher(
        _ pushkey: String, url: String, appID: String = "org.example.app", data: String = "", members: String = ""
    ) -> String {
        """
        {"kind":"http","app_id":"\(appID)","pushkey":"\(pushkey)","app_display_name":"App",\
        "device_display_name":"Phone","lang":"en","data":{"url":"\(url)"\(data)}\(members)}
        """
    }

    /// Registers a pusher; anything but success fails the test.
    func register(
        _ pushkey: String = "key", user: String = "@bob:hs", url: String? = nil, data: String = ""
    ) async throws {
        let response = try await client.send(
            "POST", "/_matrix/client/v3/pushers/set?user_id=\(user)", pusher(pushkey, url: url, data: data))
        try #require(response.status == 200, "pushers/set: \(response.text)")
    }

    /// Sends a transaction; anything but complete success fails the test.
    @discardableResult
    func submit(_ events: String..., as transaction: String) async throws -> SidecarClient.Response {
        let response = try await client.send(
            "PUT", "/_pusher/v1/transactions/\(transaction)", #"{"events":[\#(events.joined(separator: ","))]}"#)
        try #require(response.status == 200, "transaction: \(response.text)")
        try #require(response.json?["rejected"]?.count == 0, "transaction: \(response.text)")
        return response
    }

    /// An item of a transaction: a text message by Alice.
    static func message(_ eventID: String, to users: [String] = ["@bob:hs"], recipient: String = "") -> String {
        let recipients = users.map { #"{"user_id":"\#($0)"\#(recipient)}"# }.joined(separator: ",")
        return """
            {"event":{"event_id":"\(eventID)","room_id":"!r:hs","type":"m.room.message","sender":"@alice:hs",\
            "origin_server_ts":1700000000000,"content":{"msgtype":"m.text","body":"hi"}},\
            "room":{"member_count":12},"recipients":[\(recipients)]}
            """
    }

    /// Sends a transaction, whatever comes of it.
    func offer(_ events: String..., as transaction: String) async throws -> SidecarClient.Response {
        try await client.send(
            "PUT", "/_pusher/v1/transactions/\(transaction)", #"{"events":[\#(events.joined(separator: ","))]}"#)
    }

    // MARK: Looking

    /// Waits until the gateways have accepted this many requests.
    func waitForAccepted(_ count: Int, within limit: Duration = .seconds(10)) async throws {
        try await waitUntil("\(count) accepted requests, not \(log.received.count(where: \.isAccepted))", within: limit)
        {
            log.received.count(where: \.isAccepted) >= count
        }
    }

    /// `GET /_pusher/v1/status`.
    func status() async throws -> JSONValue {
        try #require(try await client.get("/_pusher/v1/status").json)
    }

    /// Waits until nothing is pending.
    func waitForEmptyQueue(within limit: Duration = .seconds(10)) async throws {
        try await waitUntil("an empty queue", within: limit) {
            try await status()["queue"]?["pending"]?.integer == 0
        }
    }

    /// What is pending, oldest first.
    func notifications() async throws -> [JSONValue] {
        let response = try await client.get("/_pusher/v1/notifications")
        return Array(try #require(response.json?["notifications"]?.elements, "\(response.text)"))
    }

    /// Waits until the only pending notification has had this many attempts.
    func waitForNotification(attempts: Int64) async throws -> JSONValue {
        var found: JSONValue?
        try await waitUntil("a notification with \(attempts) attempts") {
            found = try await notifications().first
            return found?["attempts"]?.integer ?? 0 >= attempts
        }
        return try #require(found)
    }

    /// Kills the sidecar and starts it again.
    func crash() async throws {
        _ = try await sidecar.crash(seenBy: log)
        try await sidecar.start()
    }
}
