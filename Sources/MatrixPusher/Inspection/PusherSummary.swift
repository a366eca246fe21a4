/// A registered pusher with its health. Times are Unix milliseconds unless they say otherwise.
public struct PusherSummary: Sendable, Equatable {
    public var id: Int64
    public var userID: String
    public var deviceID: String?
    public var appID: String
    public var pushkey: String
    public var kind: String
    public var appDisplayName: String
    public var deviceDisplayName: String
    public var profileTag: String?
    public var lang: String
    public var isEnabled: Bool
    /// The pusher's `data` as it was registered, JSON.
    public var data: [UInt8]
    /// The gateway's name, `https://host:port`.
    public var gateway: String
    /// `event_id_only`, or nil for the full format.
    public var format: String?
    public var queued: Int
    public var lastSuccessAt: Int64?
    public var failingSince: Int64?
    public var attempts: Int
    public var nextAttemptAt: Int64?
    public var lastError: String?

    public init(
        id: Int64, userID: String, deviceID: String?, appID: String, pushkey: String, kind: String,
        appDisplayName: String, deviceDisplayName: String, profileTag: String?, lang: String, isEnabled: Bool,
        data: [UInt8], gateway: String, format: String?, queued: Int, lastSuccessAt: Int64?, failingSince: Int64?,
        attempts: Int, nextAttemptAt: Int64?, lastError: String?
    ) {
        self.id = id
        self.userID = userID
        self.deviceID = deviceID
        self.appID = appID
        self.pushkey = pushkey
        self.kind = kind
        self.appDisplayName = appDisplayName
        self.deviceDisplayName = deviceDisplayName
        self.profileTag = profileTag
        self.lang = lang
        self.isEnabled = isEnabled
        self.data = data
        self.gateway = gateway
        self.format = format
        self.queued = queued
        self.lastSuccessAt = lastSuccessAt
        self.failingSince = failingSince
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.lastError = lastError
    }
}
