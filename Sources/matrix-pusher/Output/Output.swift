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
        try write(Array(value.sourceBytes) + [0x0A])
    }
}
