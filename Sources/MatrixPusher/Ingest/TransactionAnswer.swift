internal import PushJSON

/// The answer to a transaction: `{"accepted": 1, "notifications": 1, "rejected": [...]}`.
struct TransactionAnswer {
    struct Rejection {
        var list: String
        var index: Int
        var error: PusherError
    }

    var accepted = 0
    var notifications = 0
    var rejected: [Rejection] = []

    func json() -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 64 + rejected.count * 128)
        writer.beginObject()
        writer.key("accepted")
        writer.value(accepted)
        writer.key("notifications")
        writer.value(notifications)
        writer.key("rejected")
        writer.beginArray()
        for rejection in rejected {
            writer.beginObject()
            writer.key("list")
            writer.value(rejection.list)
            writer.key("index")
            writer.value(rejection.index)
            writer.key("errcode")
            writer.value(rejection.error.code.rawValue)
            writer.key("error")
            writer.value(rejection.error.message)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
