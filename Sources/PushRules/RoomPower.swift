import PushJSON

/// Who may notify a whole room (Client-Server API, `m.room.power_levels`; room version 12 for creators); to be kept beside
/// the document that it was read from.
struct RoomPower: Sendable {
    /// The content of `m.room.power_levels`; nil where it is not known, which is read as empty.
    var content: JSONView?
    /// The creators of a room of version 12 or up, an array; their power is above every level.
    var creators: JSONView?

    /// The sender's level: of a creator above all, else from `users`, `users_default`, 0.
    func level(of userID: UnsafeBufferPointer<UInt8>) -> Int64 {
        if creators?.elements?.contains(where: { $0.isString(userID) }) ?? false { return .max }
        if let level = Self.level(content?["users"]?[keyBytes: userID]) { return level }
        return Self.level(content?["users_default"]) ?? 0
    }

    /// The level needed to notify: from `notifications`, else 50.
    func requiredLevel(key: UnsafeBufferPointer<UInt8>) -> Int64 {
        Self.level(content?["notifications"]?[keyBytes: key]) ?? 50
    }

    /// A level as rooms have it: an integer, or in rooms before version 10 a string of one. Anything else counts as absent.
    private static func level(_ value: JSONView?) -> Int64? {
        guard let value else { return nil }
        if let integer = value.integer { return integer }
        guard let text = value.string else { return nil }
        let digits = text.utf8.drop { $0 == 0x20 }
        let end = digits.lastIndex { $0 != 0x20 }.map { digits.index(after: $0) } ?? digits.startIndex
        // The largest value stands for creators alone.
        return String(digits[..<end]).flatMap { Int64($0) }.map { min($0, .max - 1) }
    }
}
