internal import PushJSON

/// The members of a pusher's `data` that mean something to us.
struct PusherData {
    static let eventIDOnly = "event_id_only"

    let url: String?
    let format: String?
    /// MSC4076: the client computes its badge itself, so `counts` are not sent.
    let hidesCounts: Bool

    init(_ json: [UInt8]) {
        let root = try? JSONDocument(parsing: json).root
        url = root?["url"]?.string
        format = root?["format"]?.string
        hidesCounts =
            (root?["disable_badge_count"]?.bool ?? root?["org.matrix.msc4076.disable_badge_count"]?.bool) ?? false
    }
}
