/// What a client registered a pusher with (Client-Server API, `POST /pushers/set`).
package struct PusherFields: Sendable, Equatable {
    package var userID: String
    package var appID: String
    package var pushkey: String
    package var deviceID: String?
    package var kind: String
    package var appDisplayName: String
    package var deviceDisplayName: String
    package var profileTag: String?
    package var lang: String
    package var enabled: Bool
    /// The gateway's URL, as it came.
    package var url: String
    /// The gateway's name, such as `https://push.example.org:443`.
    package var gateway: String
    /// The pusher's `data`, a JSON object as it came.
    package var data: [UInt8]

    package init(
        userID: String,
        appID: String,
        pushkey: String,
        deviceID: String? = nil,
        kind: String = "http",
        appDisplayName: String,
        deviceDisplayName: String,
        profileTag: String? = nil,
        lang: String,
        enabled: Bool = true,
        url: String,
        gateway: String,
        data: [UInt8]
    ) {
        self.userID = userID
        self.appID = appID
        self.pushkey = pushkey
        self.deviceID = deviceID
        self.kind = kind
        self.appDisplayName = appDisplayName
        self.deviceDisplayName = deviceDisplayName
        self.profileTag = profileTag
        self.lang = lang
        self.enabled = enabled
        self.url = url
        self.gateway = gateway
        self.data = data
    }
}
