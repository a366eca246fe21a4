/// The bodies of requests to a push gateway: `POST /_matrix/push/v1/notify` of the Push Gateway API.
///
/// Every body is joined from rendered fragments in one buffer; nothing is parsed or escaped here.
package enum NotificationBody {
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
    ) -> [UInt8] {
        let end = options.includesContent ? event.bytes.count - 1 : event.contentStart
        return make(event, upTo: end, tweaks: tweaks, device: device, options: options) { body in
            putPriority(priority, to: &body)
            if let userIsTarget {
                body.put(userIsTarget ? ",\"user_is_target\":true" : ",\"user_is_target\":false")
            }
            putCounts(counts, to: &body)
        }
    }

    /// A notification in the `event_id_only` format, which has no tweaks.
    /// - Parameter counts: Zero counts are left out; without any known count there is no `counts`.
    package static func eventIDOnly(
        event: EventFragment, device: DeviceFragment, priority: NotificationPriority,
        counts: NotificationCounts = NotificationCounts(), options: Options = Options()
    ) -> [UInt8] {
        make(event, upTo: event.idsEnd, tweaks: [], device: device, options: options) { body in
            putPriority(priority, to: &body)
            putCounts(counts, to: &body)
        }
    }

    /// A notification of counts alone, always of low priority.
    /// - Parameter counts: Zero is written out, so that a gateway can clear a badge.
    package static func countsOnly(counts: NotificationCounts, device: DeviceFragment) -> [UInt8] {
        [UInt8](piecesUpTo: slack + device.bytes.count) { body in
            body.put("{\"notification\":{\"counts\":{")
            putMembers(unread: counts.unread, missedCalls: counts.missedCalls, to: &body)
            body.put("},\"prio\":\"low\"")
            putDevice(device, tweaks: [], to: &body)
        }
    }

    // MARK: Pieces

    /// More than the fixed texts and the numbers of any body take.
    private static let slack = 256

    private static func make(
        _ event: EventFragment, upTo end: Int, tweaks: [UInt8], device: DeviceFragment, options: Options,
        _ middle: (inout PieceWriter) -> Void
    ) -> [UInt8] {
        let legacyID = options.includesLegacyFields ? event.quotedEventID : []
        let size = slack + end + legacyID.count + tweaks.count + device.bytes.count
        return [UInt8](piecesUpTo: size) { body in
            body.put("{\"notification\":")
            body.put(event.bytes[..<end])
            if options.includesLegacyFields {
                body.put(",\"id\":")
                body.put(legacyID)
            }
            middle(&body)
            putDevice(device, tweaks: tweaks, to: &body)
        }
    }

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
        body.put(device.bytes[...])
        if tweaks.count > 2 {
            body.put(",\"tweaks\":")
            body.put(tweaks[...])
        }
        body.put("}]}}")
    }
}
