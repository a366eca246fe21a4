/// Writes compact JSON into one byte buffer that can be used again.
///
/// The writer puts commas where they belong; the caller opens and closes containers in order.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    public init(reservingCapacity capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Empties the buffer and keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes an object's key; the value must follow.
    public mutating func key(_ key: String) {
        value(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func value(_ string: String) {
        separate()
        var string = string
        string.withUTF8 { appendQuoted($0) }
    }

    /// Writes a string given as valid UTF-8.
    public mutating func value(utf8 string: UnsafeBufferPointer<UInt8>) {
        separate()
        appendQuoted(string)
    }

    public mutating func value(_ integer: Int64) {
        separate()
        if integer < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDecimal(integer.magnitude)
    }

    public mutating func value(_ integer: Int) { value(Int64(integer)) }

    public mutating func value(_ bool: Bool) {
        separate()
        appendText(bool ? "true" : "false")
    }

    public mutating func null() {
        separate()
        appendText("null")
    }

    /// Writes seconds with three decimals, as the inspection shapes have them.
    public mutating func value(milliseconds: Int64) {
        separate()
        if milliseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = milliseconds.magnitude
        appendDecimal(magnitude / 1000)
        bytes.append(UInt8(ascii: "."))
        // The four digits of 1000 and the fraction, less the first, keep the fraction's leading zeros.
        let first = bytes.count
        appendDecimal(1000 + magnitude % 1000)
        bytes.remove(at: first)
    }

    /// Writes a value that is JSON already, as it is.
    public mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        // One copy of the whole, also where the caller's collection type is not known when this is compiled.
        if json.withContiguousStorageIfAvailable({ bytes.append(contentsOf: $0) }) == nil {
            bytes.append(contentsOf: json)
        }
    }

    /// Writes a parsed value as it stands in its source.
    public mutating func value(_ value: JSONValue) { value.withSourceBytes { raw($0) } }

    // MARK: Structure

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    // MARK: Scalars

    private mutating func appendText(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendDecimal(_ magnitude: UInt64) {
        var rest = magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = digits.count
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }

    private mutating func appendQuoted(_ string: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        if let content = string.baseAddress { appendEscaped(content, count: string.count) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ content: UnsafePointer<UInt8>, count: Int) {
        var run = 0
        while true {
            let special = StringScan.firstSpecial(in: content, from: run, to: count, stopsBeyondASCII: false)
            bytes.append(contentsOf: UnsafeBufferPointer(start: content + run, count: special - run))
            guard special < count else { return }
            appendEscape(of: content[special])
            run = special + 1
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): appendText(#"\""#)
        case UInt8(ascii: "\\"): appendText(#"\\"#)
        case 0x08: appendText(#"\b"#)
        case 0x09: appendText(#"\t"#)
        case 0x0A: appendText(#"\n"#)
        case 0x0C: appendText(#"\f"#)
        case 0x0D: appendText(#"\r"#)
        default:
            let digits: StaticString = "0123456789abcdef"
            appendText(#"\u00"#)
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }
}
