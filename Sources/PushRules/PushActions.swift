public import PushJSON

/// A rule's list of actions (Client-Server API, "Actions"), read once and shared by every verdict that refers to it.
///
/// `dont_notify`, `coalesce` and unknown actions have no effect and are given back as they came.
public final class PushActions: Sendable {
    /// The actions as they were given, a JSON array.
    public let source: [UInt8]
    /// Whether the actions make a notification.
    public let notify: Bool
    /// Whether the tweaks have a truthy `highlight`.
    public let highlight: Bool
    /// Whether the tweaks have a truthy `sound`.
    public let sounds: Bool
    /// The tweaks as a JSON object; nil where there are none.
    ///
    /// Of a tweak set twice the last counts; `highlight` without a value is true, any other tweak without one is left out.
    public let tweaks: [UInt8]?

    /// No action at all.
    public static let none = PushActions(notify: false)

    /// Reads a list of actions; what it has no use for is ignored.
    /// - Throws: ``PushRulesError`` where it is no array or over a limit.
    public init(_ actions: JSONValue, limits: PushRuleLimits = PushRuleLimits()) throws(PushRulesError) {
        guard let elements = actions.elements else { throw PushRulesError(.malformed, "actions is not an array") }
        guard actions.count <= limits.actions else {
            throw PushRulesError(.tooLarge, "more than \(limits.actions) actions")
        }
        guard actions.sourceRange.count <= limits.actionBytes else {
            throw PushRulesError(.tooLarge, "actions of more than \(limits.actionBytes) bytes")
        }
        source = actions.sourceBytes
        var notify = false
        var tweaks = Tweaks()
        for action in elements {
            if action.isString("notify") { notify = true }
            guard let name = action["set_tweak"]?.string else { continue }
            if let value = action["value"] {
                tweaks.set(name, value.sourceBytes, isTruthy: Self.isTruthy(value))
            } else if name == "highlight" {
                tweaks.set(name, Array("true".utf8), isTruthy: true)
            }
        }
        self.notify = notify
        highlight = tweaks.isTruthy("highlight")
        sounds = tweaks.isTruthy("sound")
        self.tweaks = tweaks.json
    }

    /// Whether a notification of an event has `prio` `high`: for encrypted events, and with a truthy `highlight` or `sound`.
    package func isHighPriority(for event: PushEvent) -> Bool { event.isEncrypted || highlight || sounds }

    /// The actions of a default rule.
    init(notify: Bool, sound: String? = nil, highlight: Bool = false) {
        var source = JSONWriter()
        source.beginArray()
        if notify { source.value("notify") }
        var tweaks = Tweaks()
        if let sound {
            source.beginObject()
            source.key("set_tweak")
            source.value("sound")
            source.key("value")
            source.value(sound)
            source.endObject()
            var value = JSONWriter()
            value.value(sound)
            tweaks.set("sound", value.bytes, isTruthy: true)
        }
        if highlight {
            source.beginObject()
            source.key("set_tweak")
            source.value("highlight")
            source.endObject()
            tweaks.set("highlight", Array("true".utf8), isTruthy: true)
        }
        source.endArray()
        self.source = source.bytes
        self.notify = notify
        self.highlight = highlight
        sounds = sound != nil
        self.tweaks = tweaks.json
    }

    /// Reads a list of actions as a client sets it: with nothing in it that no action is.
    /// - Throws: ``PushRulesError``, also for an action that the specification does not know, or a tweak without a name.
    convenience init(checking actions: JSONValue, limits: PushRuleLimits) throws(PushRulesError) {
        try self.init(actions, limits: limits)
        guard let elements = actions.elements else { return }
        for (index, action) in elements.enumerated() where !Self.names.contains(where: { action.isString($0) }) {
            guard action["set_tweak"]?.kind == .string else {
                throw PushRulesError(.invalid, "actions[\(index)] is not an action")
            }
        }
    }

    /// Actions that are names; all but the first are of earlier versions of the specification and do nothing.
    private static let names = ["notify", "dont_notify", "coalesce"]

    /// Whether both lists do the same, however they are written.
    func hasSameEffect(as other: PushActions) -> Bool {
        notify == other.notify && tweaks == other.tweaks
    }

    /// As homeservers read it: null, false, 0, "", [] and {} are not.
    private static func isTruthy(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .null, .false: false
        case .true: true
        case .integer: value.integer != 0
        case .number: value.sourceBytes.prefix { $0 | 0x20 != UInt8(ascii: "e") }.contains { $0 > 0x30 && $0 < 0x3A }
        case .string: value.withStringBytes { !$0.isEmpty } ?? false
        case .array, .object: value.count > 0
        }
    }
}

/// Tweaks in the order in which they were first set.
private struct Tweaks {
    private var entries: [(name: String, value: [UInt8], isTruthy: Bool)] = []

    mutating func set(_ name: String, _ value: [UInt8], isTruthy: Bool) {
        // Names are compared by their bytes: Swift's strings are equal under normalisation, JSON's are not.
        if let index = entries.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            entries[index] = (name, value, isTruthy)
        } else {
            entries.append((name, value, isTruthy))
        }
    }

    func isTruthy(_ name: String) -> Bool { entries.contains { $0.name == name && $0.isTruthy } }

    var json: [UInt8]? {
        guard !entries.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        for entry in entries {
            writer.key(entry.name)
            writer.raw(entry.value)
        }
        writer.endObject()
        return writer.bytes
    }
}
