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
            skipWhitespace()
            let isObject = nodes.base[Int(container)].kind == .object
            let byte = try currentByte()
            if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                closeContainer()
                continue
            }
            if nodes.base[Int(container)].size > 0 {
                guard byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: position) }
                position += 1
                skipWhitespace()
            }
            nodes.base[Int(container)].size += 1
            if isObject { try parseKey() }
            try parseValue()
        }
        skipWhitespace()
        guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    }

    func currentByte() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        return bytes[position]
    }

    /// Parses a key and its colon, up to the first byte of the value.
    private mutating func parseKey() throws(JSONError) {
        guard try currentByte() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
        try parseString()
        skipWhitespace()
        guard try currentByte() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
        skipWhitespace()
    }

    /// Parses a scalar whole, or opens a container.
    private mutating func parseValue() throws(JSONError) {
        switch try currentByte() {
        case UInt8(ascii: "\""): try parseString()
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
