/// Requests that set a pusher for each of many users, spread over the gateway's URLs.
final class RegistrationSource: RequestSource {
    private let urls: [String]
    private let end: Int
    private var next: Int

    let longestRequest = 2048

    init(users: Range<Int>, urls: [String]) {
        next = users.lowerBound
        end = users.upperBound
        self.urls = urls
    }

    func prepare(_ buffer: UnsafeMutablePointer<UInt8>) {}

    func next(into buffer: UnsafeMutablePointer<UInt8>) -> (size: Int, items: Int)? {
        guard next < end else { return nil }
        let body =
            #"{"kind":"http","app_id":"\#(EventText.appID)","pushkey":"\#(EventText.pushkey(next))","#
            + #""app_display_name":"App","device_display_name":"Phone","lang":"en","#
            + #""data":{"url":"\#(urls[next % urls.count])"}}"#
        let request =
            "POST /_matrix/client/v3/pushers/set?user_id=\(EventText.user(next)) HTTP/1.1\r\n"
            + "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(request.utf8)
        precondition(bytes.count <= longestRequest)
        buffer.update(from: bytes, count: bytes.count)
        next += 1
        return (bytes.count, 1)
    }

    func sent(at time: UInt64) {}
}
