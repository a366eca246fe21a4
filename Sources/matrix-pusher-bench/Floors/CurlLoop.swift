import CCurl
import Glibc
import PushGateway
import SidecarHarness

/// The floor of sending: one bare libcurl multi loop with the sidecar's options and bodies, nothing kept, nothing decided.
///
/// Belongs to one thread.
final class CurlLoop {
    struct Options {
        var urls: [String]
        var caFile: String?
        var inFlight = 64
    }

    private let multi: UnsafeMutableRawPointer
    private let handles: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private let bodies: UnsafeMutablePointer<UnsafeMutablePointer<CChar>>
    private let count: Int
    private let bodySize: Int
    private let eventOffset: Int
    private let headers: UnsafeMutablePointer<curl_slist>?
    private var urls: [OpaquePointer] = []
    private var nextEvent = 0

    init(_ options: Options) throws {
        _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        guard let multi = curl_multi_init() else { throw HarnessError("libcurl gives no multi handle") }
        self.multi = multi
        count = options.inFlight
        _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, count)
        headers = curl_slist_append(curl_slist_append(nil, "Content-Type: application/json"), "Expect:")
        handles = .allocate(capacity: count)
        bodies = .allocate(capacity: count)
        let body = try EventText.notification()
        bodySize = body.count
        eventOffset = #"{"notification":{"event_id":"$"#.utf8.count
        for text in options.urls {
            guard let url = curl_url(), curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else {
                throw HarnessError("libcurl does not take \(text)")
            }
            urls.append(url)
        }
        for index in 0..<count {
            guard let easy = curl_easy_init() else { throw HarnessError("libcurl gives no easy handle") }
            handles[index] = easy
            bodies[index] = .allocate(capacity: body.count)
            for (position, byte) in body.enumerated() { bodies[index][position] = CChar(bitPattern: byte) }
            try set(options, on: easy, index)
        }
    }

    /// What matrix-pusher sets once on a handle.
    private func set(_ options: Options, on easy: UnsafeMutableRawPointer, _ index: Int) throws {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_QUICK_EXIT, 1), (CURLOPT_POST, 1), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)), (CURLOPT_TCP_NODELAY, 1), (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2), (CURLOPT_CONNECTTIMEOUT_MS, 10_000),
            (CURLOPT_TIMEOUT_MS, 90_000), (CURLOPT_PIPEWAIT, options.caFile == nil ? 0 : 1),
        ]
        var texts: [(CURLoption, String)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_USERAGENT, "matrix-pusher/0.0.0"), (CURLOPT_PROXY, ""),
        ]
        if let caFile = options.caFile { texts.append((CURLOPT_CAINFO, caFile)) }
        let address = UnsafeMutableRawPointer(bitPattern: index + 1)
        guard numbers.allSatisfy({ ccurl_set_long(easy, $0.0, $0.1) == CURLE_OK }),
            texts.allSatisfy({ ccurl_set_string(easy, $0.0, $0.1) == CURLE_OK }),
            ccurl_set_headers(easy, headers) == CURLE_OK,
            ccurl_set_pointer(easy, CURLOPT_PRIVATE, address) == CURLE_OK,
            ccurl_set_write_function(easy, { _, size, count, _ in size * count }, nil) == CURLE_OK,
            ccurl_set_url(easy, urls[index % urls.count]) == CURLE_OK
        else { throw HarnessError("libcurl does not take an option") }
    }

    /// Sends so many requests, `inFlight` of them at a time.
    func run(_ requests: Int) throws {
        var started = 0
        var finished = 0
        while started < min(count, requests) {
            start(started)
            started += 1
        }
        while finished < requests {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var remaining: Int32 = 0
            while let message = curl_multi_info_read(multi, &remaining) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
                let code = ccurl_message_result(message)
                var status = 0
                _ = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
                guard code == CURLE_OK, status == 200 else {
                    throw HarnessError("\(String(cString: curl_easy_strerror(code))), status \(status)")
                }
                let index = Int(bitPattern: ccurl_get_private(easy)) - 1
                curl_multi_remove_handle(multi, easy)
                finished += 1
                if started < requests {
                    start(index)
                    started += 1
                }
            }
            if finished < requests { curl_multi_poll(multi, nil, 0, 1000, nil) }
        }
    }

    private func start(_ index: Int) {
        let body = bodies[index]
        body.withMemoryRebound(to: UInt8.self, capacity: bodySize) {
            EventText.patch($0 + eventOffset, nextEvent, digits: EventText.digits)
        }
        nextEvent += 1
        _ = ccurl_set_pointer(handles[index], CURLOPT_POSTFIELDS, body)
        _ = ccurl_set_offset(handles[index], CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bodySize))
        curl_multi_add_handle(multi, handles[index])
    }
}
