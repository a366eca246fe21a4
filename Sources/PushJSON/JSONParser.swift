/// A strict RFC 8259 parser that fills a flat node list without recursion.
struct JSONParser: ~Copyable {
    let bytes: UnsafeBufferPointer<UInt8>
    /// The next byte to read.
    var position = 0
    var nodes: JSONNodeList
    var unescaped: [UInt8] = []
    private let maximumDepth: Int
    private var depth = 0
    /// Index of the innermost open container; each open one links to its parent.
    private var container = JSONNode.noParent

    init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        // A node for every 8 bytes is about what events have.
        nodes = JSONNodeList(capacity: min(bytes.count / 8 + 4, 8192))
    }

    /// The source with the unescaped contents behind it, and the nodes; the caller has to deallocate both.
    consuming func finish() -> (text: UnsafePointer<UInt8>, nodes: UnsafePointer<JSONNode>) {
        let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count + unescaped.count)
        let end = text.initialize(fromContentsOf: bytes)
        _ = text[end...].initialize(fromContentsOf: unescaped)
        return (UnsafePointer(text.baseAddress.unsafelyUnwrapped), nodes.take())
    }

    mutating func parseText() throws(JSONError) {
        skipWhitespace()
        try parseValue()
        while container != JSONNode.noParent {
            if nodes.base[Int(container)].kind == .object { try parseMembers() } else { try parseElements() }
        }
        skipWhitespace()
        guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    }

    /// Parses members of the innermost container, up to its end or the first container in it.
    private mutating func parseMembers() throws(JSONError) {
        let current = container
        while container == current {
            guard try !closes(UInt8(ascii: "}")) else { return closeContainer() }
            nodes.base[Int(current)].size += 1
            if !takeTightKey() { try parseKey() }
            try parseValue()
        }
    }

    /// Parses elements of the innermost container, up to its end or the first container in it.
    private mutating func parseElements() throws(JSONError) {
        let current = container
        while container == current {
            guard try !closes(UInt8(ascii: "]")) else { return closeContainer() }
            nodes.base[Int(current)].size += 1
            try parseValue()
        }
    }

    /// Whether the innermost container ends here; else goes past the comma to what comes next in it.
    @inline(__always)
    private mutating func closes(_ bracket: UInt8) throws(JSONError) -> Bool {
        skipWhitespace()
        let byte = try currentByte()
        if byte == bracket { return true }
        if nodes.base[Int(container)].size > 0 {
            guard byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: position) }
            position &+= 1
            skipWhitespace()
        }
        return false
    }

    /// Takes a key as nearly all are: plain, with its colon and value right behind it.
    @inline(__always)
    private mutating func takeTightKey() -> Bool {
        let start = position
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return false }
        let end = plainEnd(from: start &+ 1)
        guard end &+ 2 < bytes.count, bytes[end] == UInt8(ascii: "\""), bytes[end &+ 1] == UInt8(ascii: ":"),
            bytes[end &+ 2] > 0x20
        else { return false }
        nodes.append(JSONNode(.string, start: start, end: end &+ 1, size: JSONNode.plain))
        position = end &+ 2
        return true
    }

    func currentByte() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        return bytes[position]
    }

    /// Parses a key and its colon, up to the first byte of the value.
    @inline(never)
    private mutating func parseKey() throws(JSONError) {
        guard try currentByte() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
        try parseString()
        skipWhitespace()
        guard try currentByte() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
        skipWhitespace()
    }

    /// Parses a scalar whole, or opens a container.
    @inline(__always)
    private mutating func parseValue() throws(JSONError) {
        let byte = try currentByte()
        if byte == UInt8(ascii: "\"") { try parseString() } else { try parseOther(byte) }
    }

    @inline(never)
    private mutating func parseOther(_ byte: UInt8) throws(JSONError) {
        switch byte {
        case UInt8(ascii: "{"): try openContainer(.object)
        case UInt8(ascii: "["): try openContainer(.array)
        case UInt8(ascii: "t"): try parseLiteral("true", .true)
        case UInt8(ascii: "f"): try parseLiteral("false", .false)
        case UInt8(ascii: "n"): try parseLiteral("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try parseNumber()
        default: throw JSONError(.unexpectedByte, at: position)
        }
    }

    private mutating func openContainer(_ kind: JSONKind) throws(JSONError) {
        guard depth < maximumDepth else { throw JSONError(.tooDeep, at: position) }
        depth += 1
        let parent = container
        container = UInt32(truncatingIfNeeded: nodes.count)
        nodes.append(JSONNode(kind, start: position, end: 0, link: parent))
        position += 1
    }

    private mutating func closeContainer() {
        position += 1
        depth -= 1
        let closed = Int(container)
        container = nodes.base[closed].link
        nodes.base[closed].end = UInt32(truncatingIfNeeded: position)
        nodes.base[closed].link = UInt32(truncatingIfNeeded: nodes.count - closed)
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func parseLiteral(_ literal: StaticString, _ kind: JSONKind) throws(JSONError) {
        let start = position
        for offset in 0..<literal.utf8CodeUnitCount {
            guard try currentByte() == literal.utf8Start[offset] else { throw JSONError(.invalidLiteral, at: position) }
            position += 1
        }
        nodes.append(JSONNode(kind, start: start, end: position))
    }
}
