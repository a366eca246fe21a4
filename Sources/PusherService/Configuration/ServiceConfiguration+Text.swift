internal import PushJSON

extension ServiceConfiguration {
    /// The effective configuration as YAML that can be read back, but for credentials, which are hidden.
    package var yaml: String {
        var lines: [String] = []
        var open: [Substring] = []
        for key in ConfigurationKeys.all {
            let parts = key.path.split(separator: ".")
            let sections = Array(parts.dropLast())
            let shared = zip(open, sections).prefix { $0 == $1 }.count
            for depth in shared..<max(sections.count, shared) {
                lines.append("\(Self.indent(depth))\(sections[depth]):")
            }
            open = sections
            lines.append("\(Self.indent(sections.count))\(parts[parts.count - 1]): \(Self.yaml(key.show(self)))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The effective configuration as one JSON object; values have the spelling of the file.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("v", 1)
        for key in ConfigurationKeys.all { json.member(key.path, key.show(self)) }
        json.endObject()
        return json.bytes
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    private static func yaml(_ text: ConfigurationText) -> String {
        switch text {
        case .null: "null"
        case .scalar(let scalar): scalar
        // A JSON string is a YAML string.
        case .quoted(let string): quoted(string)
        case .list(let items): "[\(items.map(quoted).joined(separator: ", "))]"
        }
    }

    private static func quoted(_ string: String) -> String {
        var json = JSONWriter()
        json.value(string)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ text: ConfigurationText) {
        key(name)
        switch text {
        case .null: null()
        case .scalar(let scalar): isJSON(scalar) ? raw(Array(scalar.utf8)) : value(scalar)
        case .quoted(let string): value(string)
        case .list(let items):
            beginArray()
            for item in items { value(item) }
            endArray()
        }
    }

    /// Numbers and booleans are the same in YAML and JSON.
    private func isJSON(_ scalar: String) -> Bool {
        (try? JSONDocument(parsing: scalar)) != nil
    }
}
