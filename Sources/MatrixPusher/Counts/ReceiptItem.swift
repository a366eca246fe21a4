internal import PushJSON

/// One checked element of a transaction's `receipts`. Public and private receipts are the same here.
struct ReceiptItem {
    let userID: String
    let userHash: Int
    let roomHash: Int
    let eventHash: Int
    let scope: UnreadBoard.Scope
    let counts: IngestItem.Counts?

    /// Checks the shape of an element; the error names the member that is wrong.
    init(_ element: JSONValue) throws(PusherError) {
        guard element.kind == .object else { throw PusherError(.badJSON, "the element must be an object") }
        userID = try Self.identifier(element, "user_id")
        guard UserID.isValid(userID) else { throw PusherError(.badJSON, "user_id is not a Matrix user ID") }
        userHash = TextHash.of(userID)
        roomHash = TextHash.of(try Self.identifier(element, "room_id"))
        eventHash = TextHash.of(try Self.identifier(element, "event_id"))
        if let thread = element["thread_id"], !thread.isNull {
            guard let id = thread.string else { throw PusherError(.badJSON, "thread_id must be a string") }
            scope = .thread(id == "main" ? UnreadBoard.main : TextHash.of(id))
        } else {
            scope = .room
        }
        guard let counts = element["counts"], !counts.isNull else {
            self.counts = nil
            return
        }
        guard counts.kind == .object else { throw PusherError(.badJSON, "counts must be an object") }
        defer { withExtendedLifetime(counts) {} }
        self.counts = try IngestItem.Counts(counts.view, "counts")
    }

    private static func identifier(_ element: JSONValue, _ key: String) throws(PusherError) -> String {
        guard let value = element[key] else { throw PusherError(.badJSON, "\(key) is missing") }
        guard let text = value.string else { throw PusherError(.badJSON, "\(key) must be a string") }
        guard (1...IngestLimits.identifier).contains(text.utf8.count) else {
            throw PusherError(.badJSON, "\(key) must have 1 to \(IngestLimits.identifier) bytes")
        }
        return text
    }
}
