import Testing

@testable import PushGateway

struct ResponseHeadTests {
    private func verdicts(_ lines: [String]) -> (last: ResponseHead.Verdict?, head: ResponseHead) {
        var head = ResponseHead()
        var last: ResponseHead.Verdict?
        for line in lines { last = Array(line.utf8).withUnsafeBytes { head.add($0) } }
        return (last, head)
    }

    @Test(arguments: [
        "Transfer-Encoding: chunked\r\n", "transfer-encoding:CHUNKED\r\n", "Transfer-Encoding:\t chunked \r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding:\r\n", "Transfer-Encodings: gzip\r\n",
        "Content-Encoding: gzip\r\n", "TE: gzip\r\n", "T", "\r\n",
    ])
    func `A line that changes nothing is fine`(line: String) {
        #expect(verdicts([line]).last == .fine)
    }

    @Test(arguments: [
        "gzip", "x-gzip", "deflate", "br", "zstd", "gzip, chunked", "chunked, gzip", "chunked,chunked", "\u{FF}",
    ])
    func `A coding that was not asked for is told`(coding: String) {
        #expect(verdicts(["Transfer-Encoding: \(coding)\r\n"]).last == .unknownCoding)
        #expect(verdicts(["TRANSFER-ENCODING:\(coding)"]).last == .unknownCoding)
    }

    @Test func `Lines and bytes are counted`() {
        let limit = ResponseHead.maximumLines
        #expect(verdicts(Array(repeating: "a:\r\n", count: limit)).last == .fine)
        #expect(verdicts(Array(repeating: "a:\r\n", count: limit + 1)).last == .tooLong)
        let line = String(repeating: "x", count: ResponseHead.maximumBytes)
        #expect(verdicts([line]).last == .fine)
        #expect(verdicts([line + "x"]).last == .tooLong)
        #expect(verdicts([line, "\r\n"]).head.isTooLong)
    }

    @Test(arguments: [
        (["HTTP/1.1 200 OK\r\n"], false), (["HTTP/1.1 200 OK\r\n", "A: b\r\n"], false),
        (["HTTP/1.1 200 OK\r\n", "A: b\r\n", "\r\n"], true), (["HTTP/1.1 200 OK\n", "\n"], true),
        (["HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 200 OK\r\n"], false),
        (["HTTP/2 200 \r\n", "\r\n", "trailer: a\r\n", "Host: b\r\n"], true),
    ])
    func `The latest head is whole with its empty line`(lines: [String], isWhole: Bool) {
        #expect(verdicts(lines).head.isWhole == isWhole)
    }
}
