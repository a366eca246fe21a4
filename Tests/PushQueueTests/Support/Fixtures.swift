internal import PushQueue

extension PusherFields {
    static func test(
        user: String = "@bob:hs", app: String = "app", pushkey: String = "key", host: String = "push.example.org"
    ) -> PusherFields {
        PusherFields(
            userID: user, appID: app, pushkey: pushkey, deviceID: "DEVICE", appDisplayName: "App",
            deviceDisplayName: "Phone", profileTag: nil, lang: "en",
            url: "https://\(host)/_matrix/push/v1/notify", gateway: "https://\(host):443",
            data: Array(#"{"format":"event_id_only"}"#.utf8))
    }
}

extension AttemptRecord {
    static func test(at: Int64 = 5_000, status: Int? = 502, reason: String? = "bad gateway") -> AttemptRecord {
        AttemptRecord(
            at: at, durationMilliseconds: 12, outcome: "server_error", status: status, reason: reason,
            nextAttemptAt: at + 1_000)
    }
}

/// A reproducible source of random numbers.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
