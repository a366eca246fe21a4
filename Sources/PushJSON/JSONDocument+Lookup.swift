extension JSONDocument {
    /// The node of the last member with this unescaped key in the object at `object`; nil where there is none.
    func lastMember(of object: Int, key: UnsafeBufferPointer<UInt8>) -> Int? {
        // One look at each array for the whole loop: a value for each key would retain the document as often.
        nodes.withUnsafeBufferPointer { nodes in
            source.withUnsafeBufferPointer { source in
                var found: Int?
                var position = object + 1
                let end = Int(nodes[object].link)
                while position < end {
                    let value = position + 1
                    if isString(nodes[position], in: source, equalTo: key) { found = value }
                    position = nodes[value].next(after: value)
                }
                return found
            }
        }
    }

    /// Calls `body` with the unescaped key and the value's node of each member of the object at `object`, in source order;
    /// not at all for anything that is no object.
    @inline(__always)
    func forEachMember(of object: Int, _ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
        nodes.withUnsafeBufferPointer { nodes in
            guard nodes[object].kind == .object else { return }
            source.withUnsafeBufferPointer { source in
                var position = object + 1
                let end = Int(nodes[object].link)
                while position < end {
                    let key = nodes[position]
                    let value = position + 1
                    let range = key.contentRange
                    if key.isPlainString {
                        body(UnsafeBufferPointer(rebasing: source[range]), value)
                    } else {
                        unescaped.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range]), value) }
                    }
                    position = nodes[value].next(after: value)
                }
            }
        }
    }

    /// Whether the value at `index` is a string with this content.
    func isString(_ index: Int, equalTo text: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[index]
        guard node.kind == .string else { return false }
        return source.withUnsafeBufferPointer { isString(node, in: $0, equalTo: text) }
    }

    @inline(__always)
    private func isString(
        _ node: JSONNode, in source: UnsafeBufferPointer<UInt8>, equalTo text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let range = node.contentRange
        guard range.count == text.count else { return false }
        if node.isPlainString { return Self.isEqual(source, range.lowerBound, text) }
        return unescaped.withUnsafeBufferPointer { Self.isEqual($0, range.lowerBound, text) }
    }

    /// Whether `text` stands in `bytes` at `start`, where there are at least as many bytes.
    @inline(__always)
    private static func isEqual(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        for offset in 0..<text.count where bytes[start &+ offset] != text[offset] { return false }
        return true
    }
}
