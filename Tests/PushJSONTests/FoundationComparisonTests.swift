import Foundation
import PushJSON
import Testing

/// The same texts read by this parser and by Foundation's.
///
/// Foundation is known to differ, and is not asked, where it (1) accepts a comma before a closing bracket, (2) reads byte
/// order marks, UTF-16 and UTF-32, which it tells by the first four bytes, (3) refuses a number that no Double holds,
/// (4) takes canonically equivalent keys for one. Its depth limit of 512 is out of these texts' reach.
@Suite struct FoundationComparisonTests {
    @Test("Correct texts have the same values", arguments: 0..<40)
    func sameValues(seed: Int) throws {
        var documents = RandomJSON(seed: 2000 + UInt64(seed))
        for _ in 0..<100 {
            let text = documents.document()
            let ours = try JSONDocument(parsing: text).root
            let theirs = try foundationValue(text)
            #expect(isSame(ours, theirs), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test("Damaged texts are accepted or refused alike", arguments: 0..<40)
    func sameVerdict(seed: Int) throws {
        var documents = RandomJSON(seed: 3000 + UInt64(seed))
        var refused = 0
        for _ in 0..<250 {
            let text = documents.damagedDocument()
            let theirs = try? foundationValue(text)
            do throws(JSONError) {
                let ours = try JSONDocument(parsing: text).root
                if let theirs {
                    #expect(isSame(ours, theirs), "\(String(decoding: text, as: UTF8.self))")
                } else {
                    #expect(hasUnrepresentableNumber(ours), "\(String(decoding: text, as: UTF8.self))")
                }
            } catch {
                refused += 1
                let isKnown = isTrailingComma(error, in: text) || isAnotherEncoding(text)
                #expect(theirs == nil || isKnown, "\(error): \(String(decoding: text, as: UTF8.self))")
            }
        }
        #expect(refused > 100)
    }

    private func foundationValue(_ text: [UInt8]) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text), options: [.fragmentsAllowed])
    }

    private func isSame(_ ours: JSONValue, _ theirs: Any) -> Bool {
        switch ours.kind {
        case .null: theirs is NSNull
        case .true, .false: isBoolean(theirs) && (theirs as? NSNumber)?.boolValue == ours.bool
        case .integer: isInteger(theirs) && (theirs as? NSNumber)?.int64Value == ours.integer
        case .number: isSameNumber(ours, theirs)
        case .string: (theirs as? String)?.utf8.elementsEqual(ours.string!.utf8) ?? false
        case .array: isSameArray(ours, theirs)
        case .object: isSameObject(ours, theirs)
        }
    }

    private func isSameArray(_ ours: JSONValue, _ theirs: Any) -> Bool {
        guard let array = theirs as? [Any], array.count == ours.count else { return false }
        return zip(ours.elements!, array).allSatisfy { isSame($0, $1) }
    }

    private func isSameObject(_ ours: JSONValue, _ theirs: Any) -> Bool {
        guard let object = theirs as? [String: Any] else { return false }
        let keys = Set(ours.members!.map { $0.key.string! })
        guard keys == Set(object.keys) else { return false }
        return keys.allSatisfy { isSame(ours[$0]!, object[$0]!) }
    }

    private func isSameNumber(_ ours: JSONValue, _ theirs: Any) -> Bool {
        guard let number = theirs as? NSNumber, !isBoolean(theirs) else { return false }
        let spelling = String(decoding: ours.sourceBytes, as: UTF8.self)
        let isWhole = !spelling.contains { ".eE".contains($0) }
        // Whole numbers up to 38 digits come exact: as an Int64, a UInt64 or an NSDecimalNumber.
        if isWhole, spelling.count <= 38 { return number.stringValue == spelling }
        guard let expected = Double(spelling), objectiveCType(theirs) == "d" else { return false }
        // A long spelling comes as an NSDecimalNumber, whose way to a Double may lose the last bits.
        return abs(number.doubleValue - expected) <= abs(expected) * 1e-14
    }

    private func isBoolean(_ value: Any) -> Bool { objectiveCType(value) == "c" }

    private func isInteger(_ value: Any) -> Bool { ["i", "q", "Q"].contains(objectiveCType(value)) }

    private func objectiveCType(_ value: Any) -> String? {
        (value as? NSNumber).map { String(cString: $0.objCType) }
    }

    // MARK: Known differences

    private func isTrailingComma(_ error: JSONError, in text: [UInt8]) -> Bool {
        guard error.reason == .unexpectedByte, [UInt8(ascii: "]"), UInt8(ascii: "}")].contains(text[error.offset])
        else {
            return false
        }
        return text[..<error.offset].last { ![0x20, 0x0A, 0x0D, 0x09].contains($0) } == UInt8(ascii: ",")
    }

    private func isAnotherEncoding(_ text: [UInt8]) -> Bool {
        text.prefix(4).contains { [0x00, 0xEF, 0xFE, 0xFF].contains($0) }
    }

    private func hasUnrepresentableNumber(_ value: JSONValue) -> Bool {
        if value.kind == .number { return Double(String(decoding: value.sourceBytes, as: UTF8.self))?.isFinite != true }
        return (value.elements?.contains { hasUnrepresentableNumber($0) } ?? false)
            || (value.members?.contains { hasUnrepresentableNumber($0.value) } ?? false)
    }
}
