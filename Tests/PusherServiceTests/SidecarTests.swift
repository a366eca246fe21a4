import Logging
import MatrixPusher
import PushJSON
import Synchronization
import Testing

@testable import PusherService

/// The API on the real pusher. No gateway is reached: the one there is has an address that policy refuses.
@Suite struct SidecarTests {
    private let folder: TemporaryFolder
    private let configuration: ServiceConfiguration

    init() throws {
        folder = try TemporaryFolder()
        var configuration = ServiceConfiguration()
        configuration.pusher.databasePath = folder.file("q.db")
        configuration.socket.path = folder.file("s")
        self.configuration = configuration
    }

    /// Runs a sidecar while `body` runs, and to its end.
    private func withSidecar(_ body: () async throws -> Void) async throws {
        let sidecar = try await Sidecar.start(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await sidecar.run(handlesSignals: false) }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private func send(_ method: String, _ target: String, _ body: String) async throws -> String {
        let path = configuration.socket.path
        let answer = try await exchange(
            path,
            "\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        return String(answer.dropFirst("HTTP/1.1 ".count).prefix(3)) + (answer.split(separator: "\r\n\r\n").last ?? "")
    }

    private static let pusher = """
        {"app_id":"org.app","pushkey":"abcdefghijklmnopqrstuvwxyz","kind":"http","app_display_name":"App",\
        "device_display_name":"Phone","lang":"en","data":{"url":"https://127.0.0.1:9/_matrix/push/v1/notify"}}
        """

    private static let transaction = """
        {"events":[{"event":{"event_id":"$e","room_id":"!r:hs","type":"m.room.message","sender":"@alice:hs",\
        "origin_server_ts":1700000000000,"content":{"msgtype":"m.text","body":"hi"}},\
        "recipients":[{"user_id":"@bob:hs","actions":["notify"]}]}]}
        """

    @Test func takesPushersAndTransactionsAndShowsThem() async throws {
        try await withSidecar {
            #expect(try await send("POST", "/_matrix/client/v3/pushers/set?user_id=@bob:hs", Self.pusher) == "200{}")
            let pushers = try await send("GET", "/_matrix/client/v3/pushers?user_id=@bob:hs", "")
            #expect(pushers.contains(#""pushkey":"abcdefghijklmnopqrstuvwxyz""#))
            let ruleset = #"{"global":{"override":[],"content":[],"room":[],"sender":[],"underride":[]}}"#
            #expect(try await send("PUT", "/_pusher/v1/users/@bob:hs/pushrules", ruleset) == "200{}")
            let answer = #"200{"accepted":1,"notifications":1,"rejected":[]}"#
            #expect(try await send("PUT", "/_pusher/v1/transactions/1", Self.transaction) == answer)
            #expect(try await send("PUT", "/_pusher/v1/transactions/1", Self.transaction) == answer)
            let status = try await QueueView(configuration) { _ in Issue.record("a sidecar runs") }.status().root
            #expect(status["running"]?.bool == true && status["pushers"]?["total"]?.integer == 1)
        }
    }

    @Test func theQueueIsReadWithAndWithoutASidecar() async throws {
        var quiet = configuration
        quiet.pusher.push.jitterDelay = .seconds(86_400)
        let sidecar = try await Sidecar.start(quiet, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let run = Task { try? await sidecar.run(handlesSignals: false) }
        _ = try await send("POST", "/_matrix/client/v3/pushers/set?user_id=@bob:hs", Self.pusher)
        _ = try await send("PUT", "/_pusher/v1/transactions/1", Self.transaction)
        let online = try await QueueView(quiet) { _ in Issue.record("a sidecar runs") }.notifications(
            NotificationQuery())
        run.cancel()
        await run.value
        let remarks = Remarks()
        let view = QueueView(quiet, onOffline: remarks.add)
        let offline = try await view.notifications(NotificationQuery())
        #expect(remarks.all == ["no sidecar answers on \(folder.file("s")); reading \(folder.file("q.db"))"])
        for list in [online, offline] {
            let notifications = list.root["notifications"]
            #expect(notifications?.count == 1)
        }
        #expect(
            online.root["notifications"]?.sourceBytes.elementsEqual(offline.root["notifications"]?.sourceBytes ?? [])
                == true)
        let id = try #require(
            offline.root["notifications"]?.elements?.first { _ in true }?["id"]?.string.flatMap(Int64.init))
        #expect(
            try await view.notification(id: id, showsSecrets: true).root["pushkey"]?.string
                == "abcdefghijklmnopqrstuvwxyz")
        #expect(try await view.status().root["running"]?.bool == false)
        await #expect { try await view.notification(id: id + 1, showsSecrets: false) } throws: {
            ($0 as? PusherError)?.code == .notFound
        }
    }

    @Test func saysWhenThereIsNeitherSidecarNorDatabase() async throws {
        let view = QueueView(configuration) { _ in Issue.record("nothing is read") }
        await #expect { try await view.status() } throws: { error in
            "\(error)".contains(folder.file("s")) && "\(error)".contains(folder.file("q.db"))
        }
    }

    @Test func aSecondSidecarOnTheDatabaseIsRefused() async throws {
        try await withSidecar {
            var other = configuration
            other.socket.path = folder.file("s2")
            await #expect { try await Sidecar.start(other, logger: Logger(label: "test")) } throws: { error in
                (error as? PusherError)?.code == .unusable && "\(error)".contains(folder.file("q.db"))
            }
        }
    }
}

/// Remarks for the user, in order.
private final class Remarks: Sendable {
    private let remarks = Mutex<[String]>([])

    var all: [String] { remarks.withLock { $0 } }

    @Sendable func add(_ remark: String) { remarks.withLock { $0.append(remark) } }
}
