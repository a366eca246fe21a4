import Glibc

/// Finds where an HTTP/1.1 message with a `Content-Length` ends; enough for the clients and servers of this tool.
enum RequestScan {
    /// Sizes in bytes of the head, with its empty line, and of the body; nil while the message is not whole.
    static func size(of bytes: UnsafeBufferPointer<UInt8>) -> (head: Int, body: Int)? {
        guard let head = headSize(of: bytes) else { return nil }
        let body = contentLength(bytes[..<head])
        return head + body <= bytes.count ? (head, body) : nil
    }

    private static func headSize(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var position = 0
        while position + 4 <= bytes.count {
            guard let found = memchr(base + position, 13, bytes.count - position - 3) else { return nil }
            position = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if bytes[position + 1] == 10, bytes[position + 2] == 13, bytes[position + 3] == 10 { return position + 4 }
            position += 2
        }
        return nil
    }

    private static let name = Array("\ncontent-length:".utf8)

    private static func contentLength(_ head: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var position = head.startIndex
        while position + name.count < head.endIndex {
            guard let line = memchr(head.base.baseAddress! + position, 10, head.endIndex - position) else { return 0 }
            position = UnsafeRawPointer(line) - UnsafeRawPointer(head.base.baseAddress!)
            var matched = 1
            while matched < name.count, position + matched < head.endIndex,
                head[position + matched] | 0x20 == name[matched] | 0x20
            {
                matched += 1
            }
            position += matched
            guard matched == name.count else { continue }
            var length = 0
            while position < head.endIndex, head[position] != 13 {
                if head[position] != 32 { length = length * 10 + Int(head[position]) - 48 }
                position += 1
            }
            return length
        }
        return 0
    }
}
