/// The body of a request to a push gateway: `POST /_matrix/push/v1/notify` of the Push Gateway API.
///
/// It is joined from rendered fragments where it is sent from, with nothing parsed or escaped and no copy made before.
package struct NotificationBody: Sendable {
    /// The event, or for a body that is rendered already the whole of it.
    private let head: EventFragment
    /// Where what is sent of the event ends; nil for a body that is rendered already.
    private let end: Int?
    private let device: DeviceFragment
    private let priority: NotificationPriority
    private let counts: NotificationCounts
    private let tweaks: [UInt8]
    private let userIsTarget: Bool?
    private let includesLegacyFields: Bool

    private init(
        _ event: EventFragment, upTo end: Int, _ device: DeviceFragment, _ priority: NotificationPriority,
        _ counts: NotificationCounts, tweaks: [UInt8] = [], userIsTarget: Bool? = nil, options: Options
    ) {
        head = event
        self.end = end
        self.device = device
        self.priority = priority
        self.counts = counts
        self.tweaks = tweaks
        self.userIsTarget = userIsTarget
        includesLegacyFields = options.includesLegacyFields
    }

    /// A body that is rendered already: what is seldom sent.
    init(_ bytes: [UInt8]) {
        head = EventFragment(bytes)
        end = nil
        device = DeviceFragment()
        priority = .low
        counts = NotificationCounts()
        tweaks = []
        userIsTarget = nil
        includesLegacyFields = false
    }

    /// The operator's choices about what event notifications carry.
    package struct Options: Sendable, Equatable {
        /// Whether the event's content is sent.
        package var includesContent: Bool
        /// Whether `id`, a copy of `event_id`, is sent too, as older gateways expect.
        package var includesLegacyFields: Bool

        package init(includesContent: Bool = true, includesLegacyFields: Bool = false) {
            self.includesContent = includesContent
            self.includesLegacyFields = includesLegacyFields
        }
    }

    /// A notification in the full format.
    /// - Parameters:
    ///   - counts: Zero counts are left out; without any known count there is no `counts`.
    ///   - tweaks: A JSON object; empty, or `{}`, for none.
    ///   - userIsTarget: For member state events: whether the recipient is the event's subject; nil for other events.
    package static func full(
        event: EventFragment, device: DeviceFragment, priority: NotificationPriority,
        counts: NotificationCounts = NotificationCounts(), tweaks: [UInt8] = [], userIsTarget: Bool? = nil,
        options: Options = Options()
    ) -> NotificationBody {
        NotificationBody(
            event, upTo: options.includesContent ? event.bytes.count - 1 : event.contentStart, device, priority, counts,
            tweaks: tweaks, userIsTarget: userIsTarget, options: options)
    }

    /// A notification in the `event_id_only` format, which has no tweaks.
    /// - Parameter counts: Zero counts are left out; without any known count there is no `counts`.
    package static func eventIDOnly(
        event: EventFragment, device: DeviceFragment, priority: NotificationPriority,
        counts: NotificationCounts = NotificationCounts(), options: Options = Options()
    ) -> NotificationBody {
        NotificationBody(event, upTo: event.idsEnd, device, priority, counts, options: options)
    }

    /// A notification of counts alone, always of low priority.
    /// - Parameter counts: Zero is written out, so that a gateway can clear a badge.
    package static func countsOnly(counts: NotificationCounts, device: DeviceFragment) -> NotificationBody {
        NotificationBody(
            [UInt8](piecesUpTo: slack + device.bytes.count) { body in
                body.put("{\"notification\":{\"counts\":{")
                putMembers(unread: counts.unread, missedCalls: counts.missedCalls, to: &body)
                body.put("},\"prio\":\"low\"")
                putDevice(device, tweaks: [], to: &body)
            })
    }

    // MARK: Rendering

    /// As many bytes as it has, or more.
    var maximumCount: Int {
        guard let end else { return head.bytes.count }
        let legacyID = includesLegacyFields ? head.idsEnd : 0
        return Self.slack + end + legacyID + tweaks.count + device.bytes.count
    }

    /// The body as it is sent.
    package var bytes: [UInt8] { [UInt8](piecesUpTo: maximumCount) { write(to: &$0) } }

    func write(to body: inout PieceWriter) {
        guard let end else { return body.put(head.bytes) }
        body.put("{\"notification\":")
        body.put(head.bytes, upTo: end)
        if includesLegacyFields {
            body.put(",\"id\":")
            body.put(head.quotedEventID)
        }
        Self.putPriority(priority, to: &body)
        if let userIsTarget {
            body.put(userIsTarget ? ",\"user_is_target\":true" : ",\"user_is_target\":false")
        }
        Self.putCounts(counts, to: &body)
        Self.putDevice(device, tweaks: tweaks, to: &body)
    }

    // MARK: Pieces

    /// More than the fixed texts and the numbers of any body take.
    private static let slack = 256

    private static func putPriority(_ priority: NotificationPriority, to body: inout PieceWriter) {
        body.put(priority == .high ? ",\"prio\":\"high\"" : ",\"prio\":\"low\"")
    }

    private static func putCounts(_ counts: NotificationCounts, to body: inout PieceWriter) {
        guard counts.isKnown else { return }
        body.put(",\"counts\":{")
        putMembers(
            unread: counts.unread == 0 ? nil : counts.unread,
            missedCalls: counts.missedCalls == 0 ? nil : counts.missedCalls, to: &body)
        body.put("}")
    }

    private static func putMembers(unread: Int64?, missedCalls: Int64?, to body: inout PieceWriter) {
        if let unread {
            body.put("\"unread\":")
            body.put(decimal: unread)
        }
        if let missedCalls {
            if unread != nil { body.put(",") }
            body.put("\"missed_calls\":")
            body.put(decimal: missedCalls)
        }
    }

    /// Writes the only device and closes the body.
    private static func putDevice(_ device: DeviceFragment, tweaks: [UInt8], to body: inout PieceWriter) {
        body.put(",\"devices\":[")
        body.put(device.bytes)
        if tweaks.count > 2 {
            body.put(",\"tweaks\":")
            body.put(tweaks)
        }
        body.put("}]}}")
    }
}
