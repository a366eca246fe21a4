/// Several members of one object as views, found in one pass over it; valid while their document lives.
@usableFromInline
package struct JSONMemberViews: ~Copyable, Sendable {
    @usableFromInline let object: JSONView
    /// How far behind the object's node that of each key's value is; 0 where there is none. As many as
    /// ``JSONMemberTable/capacity``, which a type cannot name.
    @usableFromInline var distances: InlineArray<12, UInt32>

    fileprivate init(_ object: JSONView, _ index: borrowing JSONKeyIndex) {
        self.object = object
        distances = InlineArray(repeating: 0)
        guard var members = object.members else { return }
        while let (key, value) = members.next() {
            let distance = UInt32(truncatingIfNeeded: value.node - object.node)
            index.forEachPlace(of: key.stringBytes) { distances[$0] = distance }
        }
    }

    /// The value at a key's place, the last one where the key is repeated; nil where there is none.
    @inlinable
    @inline(__always)
    package subscript(place: Int) -> JSONView? {
        let distance = distances[place]
        return distance == 0 ? nil : JSONView(text: object.text, node: object.node + Int(distance))
    }
}

extension JSONView {
    /// Looks several members up at once; anything that is no object has none.
    package func members(_ keys: JSONMemberTable.Keys) -> JSONMemberViews {
        JSONMemberViews(self, keys.index)
    }
}
