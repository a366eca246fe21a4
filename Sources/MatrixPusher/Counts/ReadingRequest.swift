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
        let items = request.items.list
        for index in items.indices {
            let type = items[index].type
            if type.isString("m.room.redaction") {
                // Room version 11 moved `redacts` into the content.
                let target = items[index].content["redacts"] ?? items[index].event["redacts"]
                if let hash = target?.content.map({ TextHash.of($0) }) { redactions.insert(hash) }
            } else if type.isString("m.call.answer") || type.isString("m.call.reject") {
                guard let call = items[index].content["call_id"]?.content.map({ TextHash.of($0) }) else { continue }
                callAnswers.append(CallAnswer(userHash: TextHash.of(items[index].sender.utf8), callHash: call))
            }
        }
    }
}
