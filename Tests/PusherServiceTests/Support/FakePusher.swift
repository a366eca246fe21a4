import MatrixPusher

@testable import PusherService

/// Stands for the pusher behind the API: remembers what it is told and answers what it is given.
actor FakePusher: PusherServing {
    private(set) var calls: [String] = []
    private(set) var lastFilter: NotificationFilter?
    private var refusal: PusherError?
    private let knownNotification: NotificationDetail?
    private let knownPushers: [PusherSummary]

    init(
        notification: NotificationDetail? = nil, pushers: [PusherSummary] = [], trouble: PusherStatus.Trouble? = nil
    ) {
        self.trouble = trouble
        knownNotification = notification
        knownPushers = pushers
    }

    nonisolated let trouble: PusherStatus.Trouble?

    func refuse(with error: PusherError) { refusal = error }

    private func note(_ call: String) throws(PusherError) {
        calls.append(call)
        if let refusal { throw refusal }
    }

    func submit(transactionID: String, body: [UInt8]) async throws(PusherError) -> [UInt8] {
        try note("submit \(transactionID) \(String(decoding: body, as: UTF8.self))")
        return Array(#"{"accepted":1,"notifications":1,"rejected":[]}"#.utf8)
    }

    func pushers(of userID: String) async throws(PusherError) -> [PusherSummary] {
        try note("pushers \(userID)")
        return knownPushers
    }

    func setPusher(userID: String, deviceID: String?, body: [UInt8]) async throws(PusherError) {
        try note("setPusher \(userID) \(deviceID ?? "-") \(String(decoding: body, as: UTF8.self))")
    }

    func setPushRules(userID: String, body: [UInt8]) async throws(PusherError) {
        try note("setPushRules \(userID) \(String(decoding: body, as: UTF8.self))")
    }

    func status() async throws(PusherError) -> PusherStatus {
        try note("status")
        return PusherStatus(isRunning: true, uptime: .milliseconds(1500))
    }

    func notifications(_ filter: NotificationFilter) async throws(PusherError) -> [NotificationSummary] {
        try note("notifications")
        lastFilter = filter
        return knownNotification.map { [$0.summary] } ?? []
    }

    func notification(id: Int64) async throws(PusherError) -> NotificationDetail? {
        try note("notification \(id)")
        return knownNotification?.summary.id == id ? knownNotification : nil
    }
}

/// Things to show.
enum Samples {
    static let summary = NotificationSummary(
        id: 4097, kind: .event, state: .waiting, userID: "@bob:hs", appID: "org.app",
        pushkey: "abcdefghijklmnopqrstuvwxyz",
        gateway: "https://push.example.org:443", eventID: "$e", roomID: "!r:hs", isHighPriority: true,
        queuedAt: 1_700_000_000_000, attempts: 2, nextAttemptAt: 1_700_000_060_500, lastError: "status 502"
    )

    static let attempt = DeliveryAttempt(
        at: 1_700_000_001_000, duration: .microseconds(12_345), outcome: "status", status: 502, reason: "bad gateway",
        nextAttemptAt: nil
    )

    static let pusher = PusherSummary(
        id: 1, userID: "@bob:hs", deviceID: nil, appID: "org.app", pushkey: "abcdefghijklmnopqrstuvwxyz", kind: "http",
        appDisplayName: "App", deviceDisplayName: "Phone", profileTag: nil, lang: "en", isEnabled: true,
        data: Array(#"{"url":"https://push.example.org/_matrix/push/v1/notify","x": 1.0}"#.utf8),
        gateway: "https://push.example.org:443", format: nil, queued: 0, lastSuccessAt: nil, failingSince: nil,
        attempts: 0,
        nextAttemptAt: nil, lastError: nil
    )
}
