internal import PushGateway
internal import PushJSON
internal import PushQueue

/// What sending to a pusher takes, rendered once.
final class PusherDetails: Sendable {
    let id: Int64
    let pushkey: String
    let device: DeviceFragment
    let url: GatewayURL
    let isEventIDOnly: Bool

    /// - Returns: nil where the row's URL or data can not be used; they were checked when the pusher was set.
    init?(_ row: PusherRow) {
        let fields = row.fields
        guard let url = try? GatewayURL(fields.url),
            let device = DeviceFragment(
                appID: fields.appID, pushkey: fields.pushkey, pushkeyTS: row.pushkeyTimestamp, data: fields.data)
        else { return nil }
        id = row.id
        pushkey = fields.pushkey
        self.device = device
        self.url = url
        isEventIDOnly = PusherData(fields.data).format == PusherData.eventIDOnly
    }
}
