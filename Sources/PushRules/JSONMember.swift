import PushJSON

/// A member of an object, kept as it was given.
struct JSONMember: Sendable {
    let key: String
    let value: [UInt8]

    func write(to writer: inout JSONWriter) {
        writer.key(key)
        writer.raw(value)
    }

    /// The members of an object whose keys are not among the known.
    static func unknown(in object: JSONValue, known: Set<String>) -> [JSONMember] {
        guard let members = object.members else { return [] }
        var unknown: [JSONMember] = []
        for (key, value) in members {
            guard let key = key.string, !known.contains(key) else { continue }
            unknown.append(JSONMember(key: key, value: value.sourceBytes))
        }
        return unknown
    }
}
