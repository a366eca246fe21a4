internal import Glibc
internal import PusherService

/// Splits standard input into lines, giving them out as soon as they are there.
struct LineReader {
    private var splitter: LineSplitter
    private var isAtEnd = false

    /// - Parameter longestLine: Bytes of the longest line that is kept.
    init(longestLine: Int) {
        splitter = LineSplitter(longestLine: longestLine)
    }

    /// The lines that have come, which may be none when only a part of one has; nil at the end of the input.
    ///
    /// A line that is too long is nil, and a blank one is left out.
    mutating func next() throws -> [[UInt8]?]? {
        guard !isAtEnd else { return nil }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = read(STDIN_FILENO, &chunk, chunk.count)
        if count > 0 { return splitter.take(chunk[..<count]) }
        if count < 0 {
            if errno == EINTR { return [] }
            throw Failure("cannot read standard input: \(SystemError.text(errno))")
        }
        isAtEnd = true
        return splitter.finish()
    }
}

/// Cuts bytes into lines; keeps at most one unfinished line.
struct LineSplitter {
    private let longestLine: Int
    private var unfinished: [UInt8] = []
    private var isTooLong = false

    init(longestLine: Int) {
        self.longestLine = longestLine
    }

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [[UInt8]?] {
        var lines: [[UInt8]?] = []
        var rest = bytes
        while let newline = rest.firstIndex(of: 0x0A) {
            append(rest[..<newline])
            end(&lines)
            rest = rest[(newline + 1)...]
        }
        append(rest)
        return lines
    }

    /// The last line, where it has no newline.
    mutating func finish() -> [[UInt8]?] {
        var lines: [[UInt8]?] = []
        end(&lines)
        return lines
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong else { return }
        if unfinished.count + bytes.count > longestLine {
            isTooLong = true
            unfinished = []
        } else {
            unfinished += bytes
        }
    }

    private mutating func end(_ lines: inout [[UInt8]?]) {
        defer {
            unfinished = []
            isTooLong = false
        }
        if isTooLong {
            lines.append(nil)
        } else if !unfinished.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) {
            lines.append(unfinished)
        }
    }
}
