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
        var bytes = begin(event, upTo: end, tweaks: tweaks, device: device, options: options)
        appendPriority(priority, to: &bytes)
        if let userIsTarget {
            bytes.append(text: userIsTarget ? ",\"user_is_target\":true" : ",\"user_is_target\":false")
        }
        appendCounts(counts, to: &bytes)
        appendDevice(device, tweaks: tweaks, to: &bytes)
        return bytes
    }

    /// A notification in the `event_id_only` format, which has no tweaks.
    /// - Parameter counts: Zero counts are left out; without any known count there is no `counts`.
    package static func eventIDOnly(
        event: EventFragment, device: DeviceFragment, priority: NotificationPriority,
        counts: NotificationCounts = NotificationCounts(), options: Options = Options()
    ) -> [UInt8] {
        var bytes = begin(event, upTo: event.idsEnd, tweaks: [], device: device, options: options)
        appendPriority(priority, to: &bytes)
        appendCounts(counts, to: &bytes)
        appendDevice(device, tweaks: [], to: &bytes)
        return bytes
    }

    /// A notification of counts alone, always of low priority.
    /// - Parameter counts: Zero is written out, so that a gateway can clear a badge.
    package static func countsOnly(counts: NotificationCounts, device: DeviceFragment) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(slack + device.bytes.count)
        bytes.append(text: "{\"notification\":{\"counts\":{")
        appendMembers(unread: counts.unread, missedCalls: counts.missedCalls, to: &bytes)
        bytes.append(text: "},\"prio\":\"low\"")
        appendDevice(device, tweaks: [], to: &bytes)
        return bytes
    }

    // MARK: Pieces

    /// More than the fixed texts and the numbers of any body take.
    private static let slack = 256

    private static func begin(
        _ event: EventFragment, upTo end: Int, tweaks: [UInt8], device: DeviceFragment, options: Options
    ) -> [UInt8] {
        let legacyID = options.includesLegacyFields ? event.quotedEventID : []
        var bytes: [UInt8] = []
        bytes.reserveCapacity(slack + end + legacyID.count + tweaks.count + device.bytes.count)
        bytes.append(text: "{\"notification\":", then: event.bytes[..<end])
        if options.includesLegacyFields { bytes.append(text: ",\"id\":", then: legacyID) }
        return bytes
    }

    private static func appendPriority(_ priority: NotificationPriority, to bytes: inout [UInt8]) {
        bytes.append(text: priority == .high ? ",\"prio\":\"high\"" : ",\"prio\":\"low\"")
    }

    private static func appendCounts(_ counts: NotificationCounts, to bytes: inout [UInt8]) {
        guard counts.isKnown else { return }
        bytes.append(text: ",\"counts\":{")
        appendMembers(
            unread: counts.unread == 0 ? nil : counts.unread,
            missedCalls: counts.missedCalls == 0 ? nil : counts.missedCalls, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private static func appendMembers(unread: Int64?, missedCalls: Int64?, to bytes: inout [UInt8]) {
        if let unread {
            bytes.append(text: "\"unread\":")
            bytes.append(decimal: unread)
        }
        if let missedCalls {
            if unread != nil { bytes.append(UInt8(ascii: ",")) }
            bytes.append(text: "\"missed_calls\":")
            bytes.append(decimal: missedCalls)
        }
    }

    /// Appends the only device and closes the body.
    private static func appendDevice(_ device: DeviceFragment, tweaks: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(text: ",\"devices\":[", then: device.bytes[...])
        if tweaks.count > 2 { bytes.append(text: ",\"tweaks\":", then: tweaks[...]) }
        bytes.append(text: "}]}}")
    }
}
