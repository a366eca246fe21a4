import Foundation
import Logging
import MatrixPusher
import PushJSON
import PushQueue
import Testing

/// A pusher on a database of its own in a temporary folder, allowed to reach gateways on this machine.
final class PusherFixture {
    private let folder: URL
    var configuration: PusherConfiguration
    private var running: (pusher: Pusher, task: Task<Void, any Error>)?

    init(_ adjust: (inout PusherConfiguration) -> Void = { _ in }) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("matrix-pusher-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        configuration = PusherConfiguration(databasePath: folder.appendingPathComponent("queue.db").path)
        configuration.network.allowHTTP = true
        configuration.network.ipRangeAllowlist = ["127.0.0.0/8"]
        configuration.retry.jitter = 0
        configuration.delivery.probeInitial = .milliseconds(1)
        adjust(&configuration)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Opens the database; nothing is delivered before ``run(_:)``.
    func open() throws -> Pusher {
        try Pusher.open(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func run(_ pusher: Pusher) {
        running = (pusher, Task { try await pusher.run() })
    }

    /// Opens and runs.
    func start() throws -> Pusher {
        let pusher = try open()
        run(pusher)
        return pusher
    }

    /// Makes the database as it is after a crash, where the end left no snapshot.
    func forgetSnapshot() async throws {
        let queue = try SQLiteQueue(path: configuration.databasePath)
        queue.deleteLane("https://nobody:443")
        queue.close()
        #expect(try snapshotParts() == 0)
    }

    /// How much the last end left for the next start.
    func snapshotParts() throws -> Int {
        var parts = 0
        try QueueReader.open(path: configuration.databasePath).scanSnapshot { _ in parts += 1 }
        return parts
    }

    /// Stops what runs in order and returns what is in the database then.
    @discardableResult
    func stop() async throws -> OfflineQueue {
        if let running {
            running.task.cancel()
            try await running.task.value
        }
        running = nil
        return try OfflineQueue(databasePath: configuration.databasePath)
    }
}

extension Pusher {
    /// Registers a pusher as a client would.
    func register(
        _ pushkey: String, of userID: String = "@bob:hs", at url: String, append: Bool = true, members: String = ""
    ) async throws {
        let body = """
            {"app_id":"app","pushkey":"\(pushkey)","kind":"http","app_display_name":"App","device_display_name":"Phone",\
            "lang":"en","data":{"url":"\(url)"},"append":\(append)\(members)}
            """
        try await setPusher(userID: userID, deviceID: nil, body: Array(body.utf8))
    }

    /// Submits an event that notifies users; returns the answer.
    @discardableResult
    func submit(
        _ transactionID: String, event eventID: String, to users: [String] = ["@bob:hs"]
    ) async throws(PusherError) -> String {
        let recipients = users.map { #"{"user_id":"\#($0)","actions":["notify"]}"# }.joined(separator: ",")
        let body = """
            {"events":[{"event":{"event_id":"\(eventID)","room_id":"!r:hs","type":"m.room.message","sender":"@alice:hs",\
            "content":{"msgtype":"m.text","body":"hi","number":1e3}},"room":{"name":"Room"},"recipients":[\(recipients)]}]}
            """
        return String(decoding: try await submit(transactionID: transactionID, body: Array(body.utf8)), as: UTF8.self)
    }
}

/// What a transaction is answered with.
func transactionAnswer(accepted: Int, notifications: Int) -> String {
    #"{"accepted":\#(accepted),"notifications":\#(notifications),"rejected":[]}"#
}
