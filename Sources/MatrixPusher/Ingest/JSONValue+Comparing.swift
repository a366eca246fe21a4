internal import PushJSON

extension JSONValue {
    /// Whether both are strings of the same bytes.
    func hasSameContent(as other: JSONValue) -> Bool {
        withStringBytes { own in other.withStringBytes { $0.elementsEqual(own) } ?? false } ?? false
    }
}
