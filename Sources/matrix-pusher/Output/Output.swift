internal import PushJSON
internal import PusherService

/// Whoever reads the output has gone: there is nothing more to do, and nothing is wrong.
struct OutputClosed: Error {}

/// Standard output.
enum Output {
    static func write(_ bytes: [UInt8]) throws {
        switch StandardStream.output.write(bytes) {
        case .written: return
        case .closed: throw OutputClosed()
        case .failed(let reason): throw Failure("cannot write to standard output: \(reason)")
        }
    }

    static func print(_ text: String) throws {
        try write(Array("\(text)\n".utf8))
    }

    /// Writes a value as one line of JSON.
    static func print(json value: JSONValue) throws {
        try write(value.sourceBytes + [0x0A])
    }

    /// Writes a list as JSON Lines or as a table, and says where there may be more than were asked for.
    /// - Parameter order: Which of all these are: the `first`, the `oldest`.
    static func print(
        list: JSONValue?, in table: some ItemTable, asJSON: Bool, limit: Int, order: String
    ) throws {
        var table = table
        for item in list?.elements.map(Array.init) ?? [] {
            if asJSON { try print(json: item) } else { table.add(item) }
        }
        guard !asJSON else { return }
        try print(table.text(width: Terminal.width))
        if let count = list?.count, count == limit {
            Failure.remark("these are the \(order) \(count); see more with --limit")
        }
    }
}

/// A table of the API's objects for people.
protocol ItemTable {
    mutating func add(_ item: JSONValue)
    func text(width: Int?) -> String
}
