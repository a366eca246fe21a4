extension JSONDocument {
    /// A string's unescaped content; only while the document lives.
    @inline(__always)
    func content(of string: JSONNode) -> UnsafeBufferPointer<UInt8> {
        let range = string.contentRange
        return UnsafeBufferPointer(start: text + range.lowerBound, count: range.count)
    }

    /// The node of the last member with this unescaped key in the object at `object`; nil where there is none.
    func lastMember(of object: Int, key: UnsafeBufferPointer<UInt8>) -> Int? {
        var found: Int?
        forEachMember(of: object) { candidate, value in
            if candidate.isEqual(to: key) { found = value }
        }
        return found
    }

    /// Calls `body` with the unescaped key and the value's node of each member of the object at `object`, in source order;
    /// not at all for anything that is no object.
    @inline(__always)
    func forEachMember(of object: Int, _ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
        let (nodes, text) = (nodes, text)
        guard nodes[object].kind == .object else { return }
        var position = object + 1
        let end = Int(nodes[object].link)
        while position < end {
            let range = nodes[position].contentRange
            let value = position + 1
            body(UnsafeBufferPointer(start: text + range.lowerBound, count: range.count), value)
            position = nodes[value].next(after: value)
        }
    }

    /// Whether the value at `index` is a string with this content.
    func isString(_ index: Int, equalTo text: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[index]
        return node.kind == .string && content(of: node).isEqual(to: text)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the same bytes.
    @inline(__always)
    fileprivate func isEqual(to other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        // Keys are short: a call for each would cost more than it saves.
        for offset in 0..<count where self[offset] != other[offset] { return false }
        return true
    }
}
