internal import ArgumentParser
internal import MatrixPusher
internal import PusherService

/// Why a command failed, for standard error.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Whether an error is told by ``report(_:)``; the others are about usage and help, which ArgumentParser words.
    static func isOurs(_ error: any Error) -> Bool {
        error is Failure || error is PusherError || error is ConfigurationError
    }

    /// Writes the error to standard error, every line with the program's name.
    static func report(_ error: any Error) {
        for line in "\(error)".split(separator: "\n") { remark(String(line)) }
    }

    /// Writes a line to standard error.
    static func remark(_ line: String) {
        StandardStream.error.write(Array("matrix-pusher: \(Printable.text(line))\n".utf8))
    }
}
