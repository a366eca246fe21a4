/// The `is` of a `room_member_count` condition: a decimal integer after one of `==`, `<`, `>`, `>=`, `<=` or nothing.
struct MemberCountComparison: Equatable, Sendable {
    /// The counts that match, both ends included.
    let range: ClosedRange<Int64>?

    init(exactly count: Int64) { range = count...count }

    /// Reads the parameter; nil where it is of another form.
    init?(parsing text: String) {
        let digits = text.utf8.drop { !($0 >= 0x30 && $0 <= 0x39) }
        let prefix = text.utf8.prefix(text.utf8.count - digits.count)
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        // More members than fit are more than any room has.
        let count = Int64(String(digits) ?? "") ?? .max
        switch String(prefix) {
        case "", "==": range = count...count
        case "<": range = count > 0 ? 0...(count - 1) : nil
        case "<=": range = 0...count
        case ">": range = count < .max ? (count + 1)...Int64.max : nil
        case ">=": range = count...Int64.max
        default: return nil
        }
    }

    func matches(_ count: Int64) -> Bool { range?.contains(count) ?? false }
}
