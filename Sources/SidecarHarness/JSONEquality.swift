package import PushJSON

extension JSONValue {
    /// Whether two values are the same JSON: members in any order, numbers as they are written.
    package func isSame(as other: JSONValue) -> Bool {
        switch (kind, other.kind) {
        case (.object, .object):
            guard let members, count == other.count else { return false }
            return members.allSatisfy { member in
                member.key.string.flatMap { other[$0] }.map { member.value.isSame(as: $0) } ?? false
            }
        case (.array, .array):
            guard let elements, let others = other.elements, count == other.count else { return false }
            return zip(elements, others).allSatisfy { $0.isSame(as: $1) }
        case (.string, .string):
            return string == other.string
        default:
            return sourceBytes.elementsEqual(other.sourceBytes)
        }
    }
}
