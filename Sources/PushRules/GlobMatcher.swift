/// One run of a pattern over a text, segment by segment.
struct GlobMatcher {
    let pattern: UnsafeBufferPointer<UInt8>
    let text: UnsafeBufferPointer<UInt8>
    /// Comparisons that may still be made.
    private(set) var steps: Int

    init(pattern: UnsafeBufferPointer<UInt8>, text: UnsafeBufferPointer<UInt8>, steps: Int) {
        self.pattern = pattern
        self.text = text
        self.steps = steps
    }

    mutating func matchesWhole() -> Bool {
        var segment = segment(from: 0)
        guard var position = match(segment, at: 0) else { return false }
        if segment.upperBound == pattern.count { return position == text.count }
        while true {
            segment = self.segment(from: segment.upperBound + 1)
            if segment.upperBound == pattern.count {
                guard let start = start(ofLast: segment), start >= position else { return false }
                return match(segment, at: start) == text.count
            }
            guard let end = find(segment, from: position) else { return false }
            position = end
        }
    }

    mutating func matchesWords() -> Bool {
        var segment = segment(from: 0)
        let isOnly = segment.upperBound == pattern.count
        guard var position = find(segment, from: 0, atWordStart: true, atWordEnd: isOnly) else { return false }
        while segment.upperBound < pattern.count {
            segment = self.segment(from: segment.upperBound + 1)
            let isLast = segment.upperBound == pattern.count
            // A star at the end reaches the end of the text, which is a boundary.
            if isLast, segment.isEmpty { return true }
            guard let end = find(segment, from: position, atWordEnd: isLast) else { return false }
            position = end
        }
        return true
    }

    /// The stretch of the pattern from here to the next star or its end.
    private func segment(from start: Int) -> Range<Int> {
        var end = start
        while end < pattern.count, pattern[end] != Glob.star { end &+= 1 }
        return start..<end
    }

    /// The end of the leftmost place of a segment at or after `start`; of those at the asked boundaries only.
    private mutating func find(
        _ segment: Range<Int>, from start: Int, atWordStart: Bool = false, atWordEnd: Bool = false
    ) -> Int? {
        var position = start
        let first = segment.isEmpty ? Glob.anyScalar : pattern[segment.lowerBound]
        while true {
            if first < Glob.anyScalar {
                let from = position
                while position < text.count, text[position] != first { position &+= 1 }
                steps &-= position &- from
            }
            if !atWordStart || WordBoundary.isBoundary(text, position), let end = match(segment, at: position),
                !atWordEnd || WordBoundary.isBoundary(text, end)
            {
                return end
            }
            guard steps > 0, position < text.count else { return nil }
            steps &-= 1
            position = scalarEnd(position)
        }
    }

    /// The end of a segment's match that starts here.
    private mutating func match(_ segment: Range<Int>, at start: Int) -> Int? {
        var position = start
        var index = segment.lowerBound
        while index < segment.upperBound {
            guard steps > 0, position < text.count else { return nil }
            steps &-= 1
            let byte = pattern[index]
            if byte == Glob.anyScalar {
                position = scalarEnd(position)
            } else {
                guard text[position] == byte else { return nil }
                position &+= 1
            }
            index &+= 1
        }
        return position
    }

    @inline(__always)
    private func scalarEnd(_ position: Int) -> Int {
        var end = position &+ 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end &+= 1 }
        return end
    }

    /// Where the last segment must start to end with the text: as many scalars before the end as it has.
    private func start(ofLast segment: Range<Int>) -> Int? {
        var scalars = 0
        for index in segment where pattern[index] & 0xC0 != 0x80 { scalars &+= 1 }
        var position = text.count
        while scalars > 0 {
            guard position > 0 else { return nil }
            position &-= 1
            if text[position] & 0xC0 != 0x80 { scalars &-= 1 }
        }
        return position
    }
}
