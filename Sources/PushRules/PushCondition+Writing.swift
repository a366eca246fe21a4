import PushJSON

extension PushCondition {
    /// Writes the condition as the Client-Server API shows it to the user.
    func write(to writer: inout JSONWriter, userID: String) {
        if let source { return writer.raw(source) }
        writer.beginObject()
        if let kind { member("kind", kind, in: &writer) }
        switch test {
        case .eventMatch(let path, let pattern):
            member("key", path.text, in: &writer)
            member("pattern", pattern, in: &writer)
        case .eventMatchUserID(let path):
            member("key", path.text, in: &writer)
            member("pattern", userID, in: &writer)
        case .propertyIs(let path, let value), .propertyContains(let path, let value):
            member("key", path.text, in: &writer)
            writer.key("value")
            value.write(to: &writer)
        case .propertyContainsUserID(let path):
            member("key", path.text, in: &writer)
            member("value", userID, in: &writer)
        case .memberCount(let comparison):
            // Default rules ask for one number only.
            member("is", String(comparison.range?.lowerBound ?? 0), in: &writer)
        case .senderNotificationPermission(let key):
            member("key", key, in: &writer)
        case .containsDisplayName, .never:
            break
        }
        writer.endObject()
    }

    private func member(_ key: String, _ value: String, in writer: inout JSONWriter) {
        writer.key(key)
        writer.value(value)
    }
}
