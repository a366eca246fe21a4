package import PushJSON

/// The members of an ingest item's `room` that rules need; to be kept beside the document that they were read from.
package struct RoomFacts: Sendable {
    private(set) var memberCount: Int64?
    private(set) var power = RoomPower()

    package init() {}

    init(_ room: JSONView?) throws(PushRulesError) {
        guard let room, !room.isNull else {
            self.init()
            return
        }
        guard room.kind == .object else { throw PushRulesError(.malformed, "room is not an object") }
        let members = room.members(Self.keys)
        try self.init(memberCount: members[0], powerLevels: members[1], creators: members[2])
    }

    /// - Throws: ``PushRulesError`` where a member has the wrong type.
    package init(memberCount: JSONView?, powerLevels: JSONView?, creators: JSONView?) throws(PushRulesError) {
        if let count = memberCount, !count.isNull {
            guard let integer = count.integer, integer >= 0 else {
                throw PushRulesError(.malformed, "room.member_count is not a number of members")
            }
            self.memberCount = integer
        }
        if let levels = powerLevels, !levels.isNull {
            guard levels.kind == .object else { throw PushRulesError(.malformed, "room.power_levels is not an object") }
            power.content = levels
        }
        if let list = creators, !list.isNull {
            guard let elements = list.elements else {
                throw PushRulesError(.malformed, "room.creators is not an array")
            }
            for element in elements where element.kind != .string {
                throw PushRulesError(.malformed, "room.creators has an element that is not a string")
            }
            power.creators = list
        }
    }

    private static let keys = JSONMemberTable.Keys("member_count", "power_levels", "creators")
}
