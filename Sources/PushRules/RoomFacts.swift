import PushJSON

/// The members of an ingest item's `room` that rules need.
struct RoomFacts {
    private(set) var memberCount: Int64?
    private(set) var power = RoomPower(content: nil, creators: [])

    init(_ room: JSONValue?) throws(PushRulesError) {
        guard let room, !room.isNull else { return }
        guard room.kind == .object else { throw PushRulesError(.malformed, "room is not an object") }
        let members = room.members(Self.keys)
        if let count = members[0], !count.isNull {
            guard let integer = count.integer, integer >= 0 else {
                throw PushRulesError(.malformed, "room.member_count is not a number of members")
            }
            memberCount = integer
        }
        var content: JSONValue?
        if let levels = members[1], !levels.isNull {
            guard levels.kind == .object else { throw PushRulesError(.malformed, "room.power_levels is not an object") }
            content = levels
        }
        var creators: [[UInt8]] = []
        if let list = members[2], !list.isNull {
            guard let elements = list.elements else {
                throw PushRulesError(.malformed, "room.creators is not an array")
            }
            for element in elements {
                guard let creator = element.withStringBytes({ Array($0) }) else {
                    throw PushRulesError(.malformed, "room.creators has an element that is not a string")
                }
                creators.append(creator)
            }
        }
        power = RoomPower(content: content, creators: creators)
    }

    private static let keys = JSONMemberTable.Keys("member_count", "power_levels", "creators")
}
