internal import PushJSON

/// The members of a pusher's `data` that mean something to us.
struct PusherData {
    static let eventIDOnly = "event_id_only"

    let url: String?
    let format: String?
    /// MSC4076: the client computes its badge itself, so `counts` are not sent.
    let hidesCounts: Bool

    /// The same as ``hidesCounts`` of all of it, without reading what can not say so: a start looks at millions.
    static func hidesCounts(_ json: [UInt8]) -> Bool { mayHideCounts(json) && PusherData(json).hidesCounts }

    /// Whether there is a `_b` as in both names, or a character that is written in another way.
    private static func mayHideCounts(_ json: [UInt8]) -> Bool {
        json.withUnsafeBufferPointer { json in
            var last: UInt8 = 0
            for byte in json {
                if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "b") && last == UInt8(ascii: "_") { return true }
                last = byte
            }
            return false
        }
    }

    init(_ json: [UInt8]) {
        let root = try? JSONDocument(parsing: json).root
        url = root?["url"]?.string
        format = root?["format"]?.string
        hidesCounts =
            (root?["disable_badge_count"]?.bool ?? root?["org.matrix.msc4076.disable_badge_count"]?.bool) ?? false
    }
}
