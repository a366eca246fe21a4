import MatrixPusher
import NIOHTTP1
import Testing

@testable import PusherService

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", [""]), ("/a/b", ["a", "b"]), ("/a/", ["a", ""]), ("//a", ["", "a"]), ("/a%2Fb/c", ["a/b", "c"]),
        ("/%40bob%3ahs", ["@bob:hs"]), ("/a+b", ["a+b"]), ("/%C3%A9", ["é"]), ("/é", ["é"]), ("/a?b", ["a"]),
        ("http://host/a/b?c=d", ["a", "b"]), ("http://host", [""]),
    ])
    func splitsAndDecodesThePath(target: String, segments: [String]) throws {
        #expect(try RequestTarget(target).segments == segments)
    }

    @Test(arguments: [
        ("/", []), ("/?", []), ("/?a", ["a="]), ("/?a=b&c=d&a=e", ["a=b", "c=d", "a=e"]), ("/?a=b%26c", ["a=b&c"]),
        ("/?a=%2B+%20", ["a=+  "]), ("/?a=b=c", ["a=b=c"]), ("/?&a=b&", ["a=b"]), ("/?a=/b?c", ["a=/b?c"]),
    ])
    func splitsAndDecodesTheQuery(target: String, query: [String]) throws {
        #expect(try RequestTarget(target).query.map { "\($0.name)=\($0.value)" } == query)
    }

    @Test(arguments: ["", "a", "*", "/%", "/%4", "/%4g", "/%ff", "/%C3", "/\u{FFFD}", "/%ED%A0%80", "/?a=%", "/?%zz=1"])
    func refusesWhatIsBroken(target: String) {
        #expect { try RequestTarget(target) } throws: { ($0 as? PusherError)?.code == .invalidParam }
    }

    @Test(arguments: ["", "abc-._", "@bob:hs", "a b+c&d=e?f/g%h", "é😀\u{1}"])
    func decodesWhatItEncodes(text: String) throws {
        let target = try RequestTarget("/\(RequestTarget.encoded(text))?q=\(RequestTarget.encoded(text))")
        #expect(target.segments == [text] && target.query[0].value == text)
    }
}

@Suite struct RouterTests {
    private let router = Router([
        Route(.GET, "/a") { _ in .empty }, Route(.PUT, "/a") { _ in .empty },
        Route(.POST, "/b/{x}/c/{y}") { _ in .empty },
    ])

    private func describe(_ method: HTTPMethod, _ target: String) -> String {
        switch router.resolve(method, target) {
        case .handle(let request, _): "handle \(request.parameters.joined(separator: ","))"
        case .answer(let answer): "\(answer.status) \(answer.allow ?? "")"
        }
    }

    @Test(arguments: [
        (HTTPMethod.GET, "/a", "handle "), (.HEAD, "/a", "handle "), (.PUT, "/a?b=c", "handle "),
        (.DELETE, "/a", "405 GET, PUT, HEAD, OPTIONS"), (.OPTIONS, "/a", "204 GET, PUT, HEAD, OPTIONS"),
        (.GET, "/A", "404 "), (.GET, "/a/", "404 "), (.GET, "/", "404 "), (.OPTIONS, "/none", "404 "),
        (.POST, "/b/1/c/2%2F3", "handle 1,2/3"), (.POST, "/b//c/2", "404 "), (.GET, "/b/1/c/2", "405 POST, OPTIONS"),
        (.HEAD, "/b/1/c/2", "405 POST, OPTIONS"), (.GET, "/%", "400 "),
    ])
    func findsTheRoute(method: HTTPMethod, target: String, expected: String) {
        #expect(describe(method, target) == expected)
    }
}
