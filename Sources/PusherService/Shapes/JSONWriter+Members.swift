internal import PushJSON

/// One call per member keeps the shapes readable as lists.
extension JSONWriter {
    mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Int) {
        key(name)
        self.value(value)
    }

    mutating func member(_ name: String, _ value: Int64?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        self.value(value)
    }

    /// A time given as Unix milliseconds.
    mutating func member(_ name: String, time: Int64?) {
        member(name, time.map(RFC3339.text))
    }

    /// A duration in seconds, with milliseconds.
    mutating func member(_ name: String, seconds: Duration) {
        key(name)
        value(milliseconds: seconds.milliseconds)
    }

    mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        key(name)
        beginObject()
        members(&self)
        endObject()
    }
}
