internal import PushJSON

/// The body of an ingest transaction, taken apart: the items that are well-formed, and what is wrong with the others.
struct TransactionRequest {
    let items: IngestItems
    var receipts: [ReceiptItem] = []
    var rejected: [TransactionAnswer.Rejection] = []

    /// - Throws: ``PusherError`` where the body as a whole can not be used; nothing of it is taken then.
    init(_ body: [UInt8]) throws(PusherError) {
        let root = try JSONDocument.body(body)
        guard root.kind == .object else { throw PusherError(.badJSON, "the body must be an object") }
        let events = try Self.list(root, "events")
        guard events?.count ?? 0 <= IngestLimits.events else {
            throw PusherError(.tooLarge, "events has more than \(IngestLimits.events) elements")
        }
        var list: [IngestItem] = []
        list.reserveCapacity(events?.count ?? 0)
        var recipients = IngestItem.RecipientList(capacity: events?.count ?? 0)
        var recipientCount = 0
        // The root keeps what the views lead to.
        defer { withExtendedLifetime(root) {} }
        var elements = events?.view.elements
        var index = 0
        while let element = elements?.next() {
            let members = IngestItem.members(of: element)
            recipientCount += IngestItem.recipientCount(members)
            // Looked at before any is taken apart: each takes many times its bytes.
            guard recipientCount <= IngestLimits.recipients else {
                throw PusherError(.tooLarge, "events have more than \(IngestLimits.recipients) recipients together")
            }
            let before = recipients.counts
            do throws(PusherError) {
                list.append(try IngestItem(element, members, of: root.document, into: &recipients))
            } catch {
                recipients.truncate(to: before)
                rejected.append(.init(list: "events", index: index, error: error))
            }
            index += 1
        }
        items = IngestItems(list, recipients, of: root.document)
        let receipts = try Self.list(root, "receipts")
        guard receipts?.count ?? 0 <= IngestLimits.receipts else {
            throw PusherError(.tooLarge, "receipts has more than \(IngestLimits.receipts) elements")
        }
        try takeReceipts(receipts)
    }

    private mutating func takeReceipts(_ list: JSONValue?) throws(PusherError) {
        var elements = list?.elements
        var index = 0
        while let element = elements?.next() {
            do throws(PusherError) {
                receipts.append(try ReceiptItem(element))
            } catch {
                rejected.append(.init(list: "receipts", index: index, error: error))
            }
            index += 1
        }
    }

    private static func list(_ root: JSONValue, _ key: String) throws(PusherError) -> JSONValue? {
        guard let value = root[key], !value.isNull else { return nil }
        guard value.kind == .array else { throw PusherError(.badJSON, "\(key) must be an array") }
        return value
    }
}
