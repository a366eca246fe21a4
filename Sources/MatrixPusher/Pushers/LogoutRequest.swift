internal import PushJSON
internal import PushQueue

/// The body of `POST /_pusher/v1/users/{userId}/logout`, checked: which of a user's devices are logged out.
enum LogoutRequest: Equatable {
    /// These; pushers without a device stay, as nothing says that they belong to one of these.
    case devices(Set<String>)
    /// All but this one; pushers without a device go, as nothing says that they belong to this one. So does Synapse when a
    /// password is changed: it keeps what the current access token has set up, and nothing else.
    case allExcept(String)

    /// Devices named at most.
    static let devicesNamed = 10_000
    private static let deviceIDBytes = 1...255

    init(_ body: [UInt8]) throws(PusherError) {
        let root = try JSONDocument.body(body)
        guard root.kind == .object else { throw PusherError(.badJSON, "the body must be an object") }
        switch (root["device_ids"], root["except_device_id"]) {
        case (nil, nil):
            throw PusherError(.missingParam, "device_ids or except_device_id is missing")
        case (.some, .some):
            throw PusherError(.invalidParam, "only one of device_ids and except_device_id can be given")
        case (.some(let list), nil):
            guard list.kind == .array, let elements = list.elements else {
                throw PusherError(.badJSON, "device_ids must be an array of strings")
            }
            guard list.count <= Self.devicesNamed else {
                throw PusherError(.invalidParam, "device_ids has more than \(Self.devicesNamed) members")
            }
            var devices: Set<String> = []
            for element in elements { devices.insert(try Self.device(element, in: "device_ids")) }
            self = .devices(devices)
        case (nil, .some(let device)):
            self = .allExcept(try Self.device(device, in: "except_device_id"))
        }
    }

    /// Whether a pusher goes.
    func includes(_ fields: PusherFields) -> Bool {
        switch self {
        case .devices(let devices): fields.deviceID.map(devices.contains) ?? false
        case .allExcept(let device): fields.deviceID != device
        }
    }

    private static func device(_ value: JSONValue, in name: String) throws(PusherError) -> String {
        guard let text = value.string else { throw PusherError(.badJSON, "\(name): a device ID must be a string") }
        guard deviceIDBytes.contains(text.utf8.count) else {
            throw PusherError(.invalidParam, "\(name): a device ID must have 1 to \(deviceIDBytes.upperBound) bytes")
        }
        return text
    }
}
