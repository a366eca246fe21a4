/// Writes correct JSON texts of every shape the grammar allows, in every spelling.
struct RandomJSON {
    var random: SeededGenerator
    private var text: [UInt8] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A text of some bytes up to a few kilobytes, with whitespace wherever it may stand.
    mutating func document() -> [UInt8] {
        text.removeAll()
        whitespace()
        value(depth: 0)
        whitespace()
        return text
    }

    /// A document with a few bytes changed, removed, repeated or added, or with its end cut off.
    mutating func damagedDocument() -> [UInt8] {
        var bytes = document()
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(Self.telling.randomElement(using: &random)!, at: position)
            case 3: bytes[position] = Self.telling.randomElement(using: &random)!
            case 4: bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + 8)], at: position)
            default: bytes.removeSubrange(position...)
            }
        }
        return bytes
    }

    /// Bytes that mean something to a JSON parser.
    private static let telling = Array("{}[]\",:\\/0123456789-+.eEtfnu \n\t\u{1}é😀".utf8)

    private mutating func value(depth: Int) {
        switch Int.random(in: 0..<(depth < 6 ? 10 : 7), using: &random) {
        case 0: append(["null", "true", "false"].randomElement(using: &random)!)
        case 1...3: number()
        case 4...6: string()
        case 7: container("[", "]", depth: depth) { $0.value(depth: depth + 1) }
        default:
            container("{", "}", depth: depth) {
                $0.string()
                $0.whitespace()
                $0.append(":")
                $0.whitespace()
                $0.value(depth: depth + 1)
            }
        }
    }

    private mutating func container(_ open: String, _ close: String, depth: Int, item: (inout Self) -> Void) {
        append(open)
        whitespace()
        for index in 0..<Int.random(in: 0...6, using: &random) {
            if index > 0 {
                append(",")
                whitespace()
            }
            item(&self)
            whitespace()
        }
        append(close)
    }

    private mutating func number() {
        if chance(1, in: 2) { append("-") }
        if chance(1, in: 6) { append("0") } else { digits(upTo: chance(1, in: 4) ? 25 : 6) }
        if chance(1, in: 4) {
            append(".")
            append((0..<Int.random(in: 1...8, using: &random)).map { _ in "\(Int.random(in: 0...9, using: &random))" })
        }
        if chance(1, in: 5) {
            append(["e", "E", "e+", "E-", "e-"].randomElement(using: &random)!)
            digits(upTo: 2)
        }
    }

    /// Digits without a leading zero.
    private mutating func digits(upTo limit: Int) {
        append("\(Int.random(in: 1...9, using: &random))")
        for _ in 1..<Int.random(in: 1...limit, using: &random) {
            append("\(Int.random(in: 0...9, using: &random))")
        }
    }

    private mutating func string() {
        append("\"")
        if chance(1, in: 3) {
            // Few keys, so that some are repeated.
            append(["a", "b", "content", "m.mentions"].randomElement(using: &random)!)
        } else {
            for _ in 0..<Int.random(in: 0...(chance(1, in: 8) ? 80 : 12), using: &random) { character() }
        }
        append("\"")
    }

    private mutating func character() {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: append(["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"].randomElement(using: &random)!)
        case 1: escape(UInt32.random(in: 0...0x7F, using: &random))
        case 2: escape(UInt32.random(in: 0x4E00...0x9FFF, using: &random))
        case 3: escape(UInt32.random(in: 0x1F300...0x1F5FF, using: &random))
        // No combining characters beyond ASCII: see the deviations of Foundation.
        case 4: append(["é", "ß", "Ж", "水", "€", "\u{FFFF}", "😀", "\u{10FFFF}"].randomElement(using: &random)!)
        default:
            let plain = UInt8.random(in: 0x20...0x7F, using: &random)
            text.append(plain == 0x22 || plain == 0x5C ? 0x20 : plain)
        }
    }

    /// Writes a scalar as one `\u` escape or a pair of them, in either case of digits.
    private mutating func escape(_ scalar: UInt32) {
        for unit in String(Character(Unicode.Scalar(scalar)!)).utf16 {
            let digits = String(unit, radix: 16, uppercase: chance(1, in: 2))
            append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        }
    }

    private mutating func whitespace() {
        while chance(1, in: 5) { append([" ", "\n", "\r", "\t"].randomElement(using: &random)!) }
    }

    private mutating func chance(_ hits: Int, in total: Int) -> Bool {
        Int.random(in: 0..<total, using: &random) < hits
    }

    private mutating func append(_ pieces: [String]) { pieces.forEach { append($0) } }

    private mutating func append(_ piece: String) { text.append(contentsOf: piece.utf8) }
}
