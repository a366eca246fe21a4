/// Word boundaries of `content.body` (Client-Server API, "Push Rules", conditions).
///
/// The specification calls the ends of the value and every character outside `A-Z a-z 0-9 _` a boundary. A part of the
/// text thus starts (or ends) at one unless a word character stands on both sides of the place: `@room` is found in
/// `hi @room!` and in `hi@room`, `cake` not in `cakes`, and `pfel` in `Äpfel`, since `Ä` is no word character.
enum WordBoundary {
    @inline(__always)
    static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
    }

    /// Whether the place before the byte at `position` is a boundary.
    @inline(__always)
    static func isBoundary(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        position == 0 || position == text.count || !isWord(text[position &- 1]) || !isWord(text[position])
    }
}
