internal import Glibc
package import Logging
internal import PushJSON

/// Writes one line per message to standard error: for people, or as a JSON object.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let format: ServiceConfiguration.Log.Format

    package init(_ log: ServiceConfiguration.Log) {
        logLevel = log.level
        format = log.format
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        let line = Self.line(
            format, time: SystemClock.milliseconds, level: event.level, message: event.message.description,
            metadata: all.map { ($0.key, $0.value.description) }.sorted { $0.0 < $1.0 }
        )
        // One write per line keeps the lines of several threads apart.
        StandardStream.error.write(line)
    }

    static func line(
        _ format: ServiceConfiguration.Log.Format, time: Int64, level: Logger.Level, message: String,
        metadata: [(key: String, value: String)]
    ) -> [UInt8] {
        switch format {
        case .json:
            var json = JSONWriter()
            json.beginObject()
            json.member("time", time: time)
            json.member("level", level.rawValue)
            json.member("message", message)
            for (key, value) in metadata { json.member(key, value) }
            json.endObject()
            return json.bytes + [0x0A]
        case .text:
            var line = "\(RFC3339.text(time)) \(level.rawValue) \(Printable.text(message))"
            for (key, value) in metadata { line += " \(key)=\(quoted(value))" }
            return Array(line.utf8) + [0x0A]
        }
    }

    private static func quoted(_ value: String) -> String {
        let printable = Printable.text(value)
        guard printable.isEmpty || printable.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else {
            return printable
        }
        return "\"\(printable.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\""))\""
    }
}
