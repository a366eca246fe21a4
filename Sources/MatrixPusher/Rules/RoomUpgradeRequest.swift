internal import PushJSON

/// The body of `POST /_pusher/v1/rooms/upgrade`.
struct RoomUpgradeRequest {
    let oldRoomID: String
    let newRoomID: String
    let userIDs: [String]

    init(_ body: [UInt8]) throws(PusherError) {
        let body = try JSONDocument.body(body)
        guard body.kind == .object else { throw PusherError(.badJSON, "the body is not an object") }
        oldRoomID = try Self.roomID("old_room_id", of: body)
        newRoomID = try Self.roomID("new_room_id", of: body)
        guard !oldRoomID.utf8.elementsEqual(newRoomID.utf8) else {
            throw PusherError(.invalidParam, "old_room_id and new_room_id are the same")
        }
        guard let list = body["user_ids"] else { throw PusherError(.missingParam, "user_ids is missing") }
        guard let elements = list.elements else { throw PusherError(.badJSON, "user_ids is not an array") }
        guard list.count <= IngestLimits.recipients else {
            throw PusherError(.tooLarge, "more than \(IngestLimits.recipients) user_ids")
        }
        var userIDs: [String] = []
        userIDs.reserveCapacity(list.count)
        for (index, element) in elements.enumerated() {
            guard let userID = element.string else {
                throw PusherError(.badJSON, "user_ids[\(index)] is not a string")
            }
            guard UserID.isValid(userID) else {
                throw PusherError(.invalidParam, "user_ids[\(index)] is not a Matrix user ID")
            }
            userIDs.append(userID)
        }
        self.userIDs = userIDs
    }

    private static func roomID(_ name: String, of body: JSONValue) throws(PusherError) -> String {
        guard let member = body[name] else { throw PusherError(.missingParam, "\(name) is missing") }
        guard let roomID = member.string else { throw PusherError(.badJSON, "\(name) is not a string") }
        guard roomID.utf8.first == UInt8(ascii: "!"), (2...IngestLimits.identifier).contains(roomID.utf8.count) else {
            throw PusherError(.invalidParam, "\(name) is not a room ID")
        }
        return roomID
    }
}
