internal import PushJSON

/// Writes pieces of JSON one after the other into memory of a size known before.
///
/// Appending to an array asks for each piece who owns the array and whether it has to grow.
struct PieceWriter {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    /// Bytes written.
    private(set) var count = 0

    init(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        self.memory = memory
    }

    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        precondition(bytes.count <= memory.count - count, "more pieces than there is room for")
        guard let source = bytes.baseAddress, let target = memory.baseAddress else { return }
        (target + count).initialize(from: source, count: bytes.count)
        count += bytes.count
    }

    mutating func put(_ text: StaticString) {
        put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { put($0) }
    }

    /// Writes what stands before an offset. Not a slice, which would be counted as a hold on the whole.
    mutating func put(_ bytes: [UInt8], upTo end: Int) {
        bytes.withUnsafeBufferPointer { put(UnsafeBufferPointer(rebasing: $0[..<end])) }
    }

    mutating func put(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBufferPointer { put($0) }
    }

    /// Writes a value as it stands in its source.
    mutating func put(_ value: JSONValue) {
        value.withSourceBytes { put($0) }
    }

    /// Writes a value as it stands in its source.
    mutating func put(_ value: JSONView) {
        put(value.source)
    }

    mutating func put(_ text: StaticString, _ value: JSONView?) {
        guard let value else { return }
        put(text)
        put(value)
    }

    mutating func put(decimal value: Int64) {
        if value < 0 { put("-") }
        let start = count
        var rest = value.magnitude
        repeat {
            precondition(count < memory.count, "more pieces than there is room for")
            memory[count] = UInt8(ascii: "0") + UInt8(rest % 10)
            count += 1
            rest /= 10
        } while rest > 0
        memory[start..<count].reverse()
    }
}

extension [UInt8] {
    /// Makes an array of pieces that take `capacity` bytes at most.
    init(piecesUpTo capacity: Int, _ write: (inout PieceWriter) -> Void) {
        // Collected in temporary memory: what makes an array before its bytes are known is no inlined code of the library, and
        // costs more than one more copy. And the array takes no more than it has.
        self = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { memory in
            var writer = PieceWriter(memory)
            write(&writer)
            return Array(UnsafeBufferPointer(rebasing: memory[..<writer.count]))
        }
    }
}
