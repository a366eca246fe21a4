import PushJSON

/// Parsing and writing, measured in rounds beside Foundation.
struct JSONMeasurement {
    private let repetitions: Int
    private var parsing: [(ours: RoundSet, foundation: RoundSet)]
    private var writing = (
        ours: RoundSet("write a notification", unit: "ns"), foundation: RoundSet("the same by Foundation", unit: "ns")
    )

    init(repetitions: Int) {
        self.repetitions = repetitions
        parsing = JSONSamples.all.map { sample in
            (
                RoundSet("parse \(sample.name), \(sample.text.utf8.count) B", unit: "ns"),
                RoundSet("the same by Foundation", unit: "ns")
            )
        }
    }

    var figures: [RoundSet] {
        (parsing + [writing]).flatMap { pair in
            [pair.ours, pair.foundation, pair.foundation.ratio(to: pair.ours, "Foundation ÷ ours")]
        }
    }

    mutating func runRound() throws {
        for (index, sample) in JSONSamples.all.enumerated() {
            let bytes = Array(sample.text.utf8)
            let data = FoundationJSON.data(sample.text)
            let count = max(1, repetitions / max(1, bytes.count / 500))
            parsing[index].ours.append(
                try time(count) { _ in
                    guard try JSONDocument(parsing: bytes).root.kind == .object else { fatalError("not an object") }
                })
            parsing[index].foundation.append(try time(count) { _ in try FoundationJSON.parse(data) })
        }
        var writer = JSONWriter()
        writing.ours.append(
            time(repetitions) { number in
                writer.removeAll()
                Self.writeNotification(number, to: &writer)
            })
        writing.foundation.append(try time(repetitions) { _ = try FoundationJSON.writeNotification($0) })
    }

    /// Nanoseconds of one.
    private func time(_ count: Int, _ task: (Int) throws -> Void) rethrows -> Double {
        let start = Monotonic.now
        for number in 0..<count { try task(number) }
        return Double(Monotonic.now - start) / Double(count)
    }

    private static func writeNotification(_ number: Int, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("notification")
        writer.beginObject()
        for (key, value) in [
            ("event_id", "$event"), ("room_id", "!room:example.org"), ("type", "m.room.message"),
            ("sender", "@alice:example.org"), ("sender_display_name", "Alice"), ("room_name", "Release party"),
            ("prio", "high"),
        ] {
            writer.key(key)
            writer.value(value)
        }
        writer.key("counts")
        writer.beginObject()
        writer.key("unread")
        writer.value(number)
        writer.endObject()
        writer.key("devices")
        writer.beginArray()
        writer.beginObject()
        writer.key("app_id")
        writer.value(EventText.appID)
        writer.key("pushkey")
        writer.value("pushkey")
        writer.key("pushkey_ts")
        writer.value(1_700_000_000)
        writer.key("data")
        writer.beginObject()
        writer.key("format")
        writer.value("event_id_only")
        writer.endObject()
        writer.key("tweaks")
        writer.beginObject()
        writer.key("sound")
        writer.value("default")
        writer.endObject()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }
}
