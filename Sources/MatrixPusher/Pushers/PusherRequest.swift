internal import PushGateway
internal import PushJSON
internal import PushQueue

/// The body of `POST /_matrix/client/v3/pushers/set` (Client-Server API, "Push Notifications"), checked.
enum PusherRequest {
    /// Set this pusher.
    case set(PusherFields, append: Bool)
    /// `kind` is null: remove the pusher with this app id and pushkey.
    case remove(appID: String, pushkey: String)

    /// Bytes at most, as the specification says of the first two.
    private enum Limit {
        static let pushkey = 512
        static let appID = 64
        static let name = 1024
        static let lang = 64
        static let data = 16_384
    }

    init(_ body: [UInt8], userID: String, deviceID: String?, allowHTTP: Bool) throws(PusherError) {
        let root = try JSONDocument.body(body)
        guard root.kind == .object else { throw PusherError(.badJSON, "the body must be an object") }
        let appID = try Self.text(root, "app_id", 1...Limit.appID)
        let pushkey = try Self.text(root, "pushkey", 1...Limit.pushkey)
        guard let kind = root["kind"] else { throw PusherError(.missingParam, "kind is missing") }
        if kind.isNull {
            self = .remove(appID: appID, pushkey: pushkey)
            return
        }
        guard kind.kind == .string else { throw PusherError(.badJSON, "kind must be a string or null") }
        guard kind.isString("http") else {
            throw PusherError(.invalidParam, "kind must be \"http\": no other is supported")
        }
        let data = try Self.data(root)
        let url = try Self.gateway(data, allowHTTP: allowHTTP)
        // MSC3881, by its unstable and its stable name.
        let stable = try Self.flag(root, "enabled")
        let unstable = try Self.flag(root, "org.matrix.msc3881.enabled")
        let enabled = stable ?? unstable
        let fields = PusherFields(
            userID: userID, appID: appID, pushkey: pushkey, deviceID: deviceID, kind: "http",
            appDisplayName: try Self.text(root, "app_display_name", 0...Limit.name),
            deviceDisplayName: try Self.text(root, "device_display_name", 0...Limit.name),
            profileTag: try Self.optionalText(root, "profile_tag", Limit.name),
            lang: try Self.text(root, "lang", 0...Limit.lang),
            enabled: enabled ?? true,
            url: url.text, gateway: url.name, data: data.sourceBytes)
        self = .set(fields, append: try Self.flag(root, "append") ?? false)
    }

    private static func data(_ root: JSONValue) throws(PusherError) -> JSONValue {
        guard let data = root["data"] else { throw PusherError(.missingParam, "data is missing") }
        guard data.kind == .object else { throw PusherError(.badJSON, "data must be an object") }
        guard data.sourceRange.count <= Limit.data else {
            throw PusherError(.invalidParam, "data is larger than \(Limit.data) bytes")
        }
        if let format = data["format"], !format.isNull {
            guard format.kind == .string else { throw PusherError(.badJSON, "data.format must be a string") }
            guard format.isString(PusherData.eventIDOnly) else {
                throw PusherError(.invalidParam, "data.format must be \"event_id_only\" or absent")
            }
        }
        if let payload = data["default_payload"], payload.kind != .object {
            throw PusherError(.invalidParam, "data.default_payload must be an object")
        }
        return data
    }

    private static func gateway(_ data: JSONValue, allowHTTP: Bool) throws(PusherError) -> GatewayURL {
        guard let value = data["url"], !value.isNull else { throw PusherError(.missingParam, "data.url is missing") }
        guard let text = value.string else { throw PusherError(.badJSON, "data.url must be a string") }
        do throws(GatewayURLError) {
            let url = try GatewayURL(text)
            try url.validateForRegistration(allowHTTP: allowHTTP)
            return url
        } catch {
            throw PusherError(.invalidParam, "data.url: \(error)")
        }
    }

    private static func text(_ root: JSONValue, _ key: String, _ range: ClosedRange<Int>) throws(PusherError) -> String
    {
        guard let text = try optionalText(root, key, range.upperBound) else {
            throw PusherError(.missingParam, "\(key) is missing")
        }
        guard text.utf8.count >= range.lowerBound else { throw PusherError(.invalidParam, "\(key) must not be empty") }
        return text
    }

    private static func optionalText(_ root: JSONValue, _ key: String, _ limit: Int) throws(PusherError) -> String? {
        guard let value = root[key], !value.isNull else { return nil }
        guard let text = value.string else { throw PusherError(.badJSON, "\(key) must be a string") }
        guard text.utf8.count <= limit else { throw PusherError(.invalidParam, "\(key) is longer than \(limit) bytes") }
        return text
    }

    private static func flag(_ root: JSONValue, _ key: String) throws(PusherError) -> Bool? {
        guard let value = root[key], !value.isNull else { return nil }
        guard let flag = value.bool else { throw PusherError(.badJSON, "\(key) must be a boolean") }
        return flag
    }
}
