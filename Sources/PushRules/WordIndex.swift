/// The set of words of a folded text: its runs of ASCII word characters.
///
/// A keyword without wildcards can only be found where each of its own runs is a whole word of the text, because the
/// characters around a run, in the keyword or at the boundaries of the match, are no word characters. One look here
/// thus replaces a search through the text.
struct WordIndex {
    /// Open addressing by hash; 0 is an empty place.
    private let table: UnsafeMutablePointer<UInt64>
    private let mask: Int

    init(_ text: UnsafeBufferPointer<UInt8>) {
        var count = 0
        Self.forEachWord(in: text) { _ in count &+= 1 }
        var capacity = 16
        while capacity < count &* 2 { capacity &*= 2 }
        mask = capacity - 1
        table = .allocate(capacity: capacity)
        table.initialize(repeating: 0, count: capacity)
        Self.forEachWord(in: text) { range in
            let hash = Self.hash(UnsafeBufferPointer(rebasing: text[range]))
            var place = Int(truncatingIfNeeded: hash) & mask
            while table[place] != 0, table[place] != hash { place = (place &+ 1) & mask }
            table[place] = hash
        }
    }

    func deallocate() { table.deallocate() }

    /// Whether a word with this hash is there; a false yes is as likely as two equal 64-bit hashes.
    @inline(__always)
    func mayContain(_ hash: UInt64) -> Bool {
        var place = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = table[place]
            if entry == hash { return true }
            if entry == 0 { return false }
            place = (place &+ 1) & mask
        }
    }

    /// The hash of a word, never 0.
    static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 { max(SeededHash.hash(word), 1) }

    /// The hash of the longest run of word characters of a literal; nil where it has none.
    static func hashOfLongestWord(in literal: UnsafeBufferPointer<UInt8>) -> UInt64? {
        var longest: Range<Int>?
        forEachWord(in: literal) { range in
            if range.count > longest?.count ?? 0 { longest = range }
        }
        return longest.map { hash(UnsafeBufferPointer(rebasing: literal[$0])) }
    }

    private static func forEachWord(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        var start = 0
        while start < text.count {
            if !WordBoundary.isWord(text[start]) {
                start &+= 1
                continue
            }
            var end = start &+ 1
            while end < text.count, WordBoundary.isWord(text[end]) { end &+= 1 }
            body(start..<end)
            start = end
        }
    }
}
