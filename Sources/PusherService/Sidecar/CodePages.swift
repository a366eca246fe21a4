internal import CLinux
internal import Glibc

/// The pages of code and constants that are in memory.
enum CodePages {
    /// Lets go of those that are as they stand in their file: what is needed again is mapped again, from the page cache.
    static func release() {
        guard let text = try? TextFile.readBytes("/proc/self/smaps", upTo: 4 << 20) else { return }
        for range in unchanged(String(decoding: text, as: UTF8.self)) {
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The mappings of files that cannot be written and of which no page was ever changed: neither by the loader, which writes
    /// to some before it makes them read-only, nor by a debugger.
    /// - Parameter smaps: `/proc/PID/smaps` (proc_pid_smaps(5)).
    static func unchanged(_ smaps: String) -> [Range<UInt>] {
        var ranges: [Range<UInt>] = []
        var candidate: Range<UInt>?
        for line in smaps.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 5, !words[0].hasSuffix(":") {
                candidate = range(words)
            } else if words.count >= 2, words[0] == "Anonymous:", words[1] == "0", let range = candidate {
                ranges.append(range)
            }
        }
        return ranges
    }

    /// The range of a mapping of a file that cannot be written, from its first line: addresses, permissions, offset, device,
    /// inode, path.
    private static func range(_ words: [Substring]) -> Range<UInt>? {
        guard words.count >= 6, words[1].hasPrefix("r-"), words[1].hasSuffix("p"), words[4] != "0" else { return nil }
        let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
    }
}
