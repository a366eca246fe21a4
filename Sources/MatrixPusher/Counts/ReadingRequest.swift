internal import PushJSON

/// What a transaction says about reading, besides its new events: receipts, redactions, and answers to calls.
struct ReadingRequest {
    struct CallAnswer: Equatable {
        var userHash: Int
        var callHash: Int
    }

    var receipts: [ReceiptItem] = []
    /// Hashes of the events that are redacted.
    var redactions: Set<Int> = []
    var callAnswers: [CallAnswer] = []

    var isEmpty: Bool { receipts.isEmpty && redactions.isEmpty && callAnswers.isEmpty }

    init(_ request: TransactionRequest) {
        receipts = request.receipts
        // Keeps what the items' views lead to.
        let items = request.items
        defer { withExtendedLifetime(items) {} }
        for index in items.list.indices {
            let type = items.list[index].type
            if type.isString("m.room.redaction") {
                // Room version 11 moved `redacts` into the content.
                let target = items.list[index].content["redacts"] ?? items.list[index].event["redacts"]
                if let hash = target?.content.map({ TextHash.of($0) }) { redactions.insert(hash) }
            } else if type.isString("m.call.answer") || type.isString("m.call.reject") {
                guard let call = items.list[index].content["call_id"]?.content.map({ TextHash.of($0) }) else {
                    continue
                }
                callAnswers.append(CallAnswer(userHash: TextHash.of(items.list[index].sender.utf8), callHash: call))
            }
        }
    }
}
