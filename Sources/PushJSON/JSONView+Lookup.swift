extension JSONView {
    /// The elements of an array; nil for anything else.
    package var elements: Elements? { kind == .array ? Elements(self) : nil }

    /// The members of an object in source order, repeated keys included; nil for anything else.
    package var members: Members? { kind == .object ? Members(self) : nil }

    /// The member of an object with this key, the last one where the key is repeated; nil where there is none.
    package subscript(key: StaticString) -> JSONView? {
        self[keyBytes: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)]
    }

    /// The member of an object whose unescaped key has these bytes, the last one where the key is repeated.
    package subscript(keyBytes key: UnsafeBufferPointer<UInt8>) -> JSONView? {
        guard var members else { return nil }
        var found: JSONView?
        while let member = members.next() {
            if member.key.stringBytes.hasSameBytes(as: key) { found = member.value }
        }
        return found
    }

    /// The elements of an array, in order.
    package struct Elements: Sequence, IteratorProtocol, @unchecked Sendable {
        private let text: UnsafePointer<UInt8>
        private var position: UnsafePointer<JSONNode>
        private let end: UnsafePointer<JSONNode>

        init(_ array: JSONView) {
            text = array.text
            position = array.node + 1
            end = array.node + array.node.pointee.span
        }

        package mutating func next() -> JSONView? {
            guard position < end else { return nil }
            let element = JSONView(text: text, node: position)
            position += position.pointee.span
            return element
        }
    }

    /// The members of an object, in source order.
    package struct Members: Sequence, IteratorProtocol, @unchecked Sendable {
        private let text: UnsafePointer<UInt8>
        private var position: UnsafePointer<JSONNode>
        private let end: UnsafePointer<JSONNode>

        init(_ object: JSONView) {
            text = object.text
            position = object.node + 1
            end = object.node + object.node.pointee.span
        }

        /// The next member; its key is a string.
        @inline(__always)
        package mutating func next() -> (key: JSONView, value: JSONView)? {
            guard position < end else { return nil }
            let key = JSONView(text: text, node: position)
            let value = JSONView(text: text, node: position + 1)
            position = value.node + value.node.pointee.span
            return (key, value)
        }
    }
}
