import Glibc
import PushJSON
import SidecarHarness
import Synchronization
import Testing

extension EndToEndTests {
    /// Callers that are clumsy or mean: an answer or an end for each, memory within bounds, and the others served
    /// meanwhile.
    @Suite struct HostileCallers {
        private static let transaction = "/_pusher/v1/transactions/"

        private static func put(_ transaction: String, _ body: String) -> String {
            "PUT \(Self.transaction)\(transaction) HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }

        /// A transaction of another caller is stored and delivered now.
        private func expectServed(_ bench: Bench, _ name: String) async throws {
            let start = ContinuousClock.now
            try await bench.submit(Bench.message("$\(name)"), as: name)
            try await bench.waitForAccepted("$\(name)")
            #expect(ContinuousClock.now - start < .seconds(5), "\(name)")
        }

        // MARK: Bodies

        private static let digits = String(repeating: "9", count: 400)

        /// Numbers where a number is read, and where none is.
        static let numbers = [
            "1e999", "-1e999", "1e-999", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
            "18446744073709551616", "-0", "-0.0", "9007199254740991", "9007199254740992", "1.5", "-1", "4294967296",
            digits, "-\(digits)", "0.\(digits)", "1e\(digits)",
        ]

        @Test func hugeNumbersAreTakenOrRefusedEverywhere() async throws {
            try await Bench.run { bench in
                try await bench.register()
                for (index, number) in Self.numbers.enumerated() {
                    func check(_ place: String, _ body: String, _ method: String, _ target: String) async throws {
                        let answer = try await bench.client.send(method, target, body)
                        #expect([200, 400].contains(answer.status), "\(place) \(number): \(answer.text)")
                        #expect(answer.json != nil, "\(place) \(number): \(answer.text)")
                    }
                    let event = """
                        {"event_id":"$n\(index)","room_id":"!r:hs","type":"m.call.invite","sender":"@alice:hs",\
                        "origin_server_ts":\(number),"content":{"lifetime":\(number),"n":[\(number)]}}
                        """
                    let room = #"{"member_count":\#(number),"power_levels":{"users_default":\#(number)}}"#
                    let recipient = #"{"user_id":"@bob:hs","counts":{"unread":\#(number),"missed_calls":\#(number)}}"#
                    let receipt = Bench.receipt("$n\(index)", counts: #"{"unread":\#(number)}"#)
                    for (part, item) in [
                        ("event", #"{"event":\#(event),"recipients":[{"user_id":"@bob:hs"}]}"#),
                        ("room", #"{"event":\#(event),"room":\#(room),"recipients":[{"user_id":"@bob:hs"}]}"#),
                        ("counts", #"{"event":\#(event),"recipients":[\#(recipient)]}"#),
                    ] {
                        let body = Bench.transaction(events: [item], receipts: [receipt])
                        try await check(part, body, "PUT", "\(Self.transaction)\(part)\(index)")
                        try await check(part, item, "POST", "/_pusher/v1/explain")
                    }
                    let rule =
                        #"{"conditions":[{"kind":"event_property_is","key":"content.n","value":\#(number)}],"actions":[]}"#
                    let path = "/_matrix/client/v3/pushrules/global/override/r\(index)?user_id=@bob:hs"
                    try await check("rule", rule, "PUT", path)
                    try await check("limit", "", "GET", "/_pusher/v1/notifications?limit=\(number)")
                    try await check("since", "", "GET", "/_pusher/v1/removed_pushers?since=\(number)")
                    try await check("older", "", "GET", "/_pusher/v1/dead_letters?older=\(number)d")
                    try await check(
                        "from", "", "GET", "/_matrix/client/v3/notifications?user_id=@bob:hs&from=\(number)")
                }
                try await expectServed(bench, "after")
            }
        }

        @Test func oddTextIsTakenOrRefused() async throws {
            try await Bench.run { bench in
                try await bench.register()
                func nested(_ depth: Int) -> [UInt8] {
                    let open = String(repeating: "[", count: depth), close = String(repeating: "]", count: depth)
                    return Array(
                        Bench.message("$deep\(depth)").replacing(#""body":"hi""#, with: #""a":\#(open)\#(close)"#).utf8)
                }
                func item(_ bytes: [UInt8]) -> [UInt8] { Array(#"{"events":["#.utf8) + bytes + Array("]}".utf8) }
                func message(_ text: [UInt8]) -> [UInt8] {
                    let parts = Bench.message("$odd").split(separator: "hi")
                    return item(Array(parts[0].utf8) + text + Array(parts[1].utf8))
                }
                let cases: [(name: String, body: [UInt8], status: Int)] = [
                    ("depth 100", item(nested(100)), 200), ("depth 128", item(nested(128)), 400),
                    ("depth 1,000,000", [UInt8](repeating: 0x5B, count: 1_000_000), 400),
                    ("depth of objects", Array(String(repeating: #"{"a":"#, count: 200_000).utf8), 400),
                    ("a byte that is no UTF-8", message([0xFF]), 400),
                    ("an overlong form", message([0xC0, 0x80]), 400),
                    ("half a character", message([0xE2, 0x82]), 400),
                    ("a surrogate in UTF-8", message([0xED, 0xA0, 0x80]), 400),
                    ("a lone surrogate", message(Array(#"\ud800"#.utf8)), 400),
                    ("a zero byte", message([0]), 400), ("an escaped zero", message(Array(#"\u0000"#.utf8)), 200),
                    ("an escaped zero in an id", item(Array(Bench.message(#"$\u0000"#).utf8)), 200),
                    ("a zero after the end", item([]) + [0], 400),
                    ("a byte order mark", [0xEF, 0xBB, 0xBF] + item([]), 400),
                    ("a repeated key", Array(#"{"events":[{}],"events":[]}"#.utf8), 200),
                    (
                        "repeated keys in an event", Array(#"{"events":[{"event":1,"event":{},"recipients":1}]}"#.utf8),
                        200
                    ),
                    ("nothing but commas", [UInt8](repeating: 0x2C, count: 100_000), 400),
                    ("UTF-16", Array("{}".utf16).flatMap { [UInt8(truncatingIfNeeded: $0), 0] }, 400),
                ]
                for (index, (name, body, status)) in cases.enumerated() {
                    let answer = try await bench.client.send("PUT", "\(Self.transaction)odd\(index)", bytes: body)
                    #expect(answer.status == status, "\(name): \(answer.text)")
                    #expect(answer.json != nil, "\(name): \(answer.text)")
                }
                try await expectServed(bench, "after")
            }
        }

        @Test func largeEventsAreDeliveredWholeAndTooLargeOnesRefused() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let frame = Bench.message("$00000")
                let event = try #require(try JSONDocument(parsing: frame).root["event"]).sourceBytes.count
                let sizes = [65_535, 65_536, 65_537, 131_072, 131_073, 1_000_000]
                let events = sizes.enumerated().map { index, size in
                    let body = String(repeating: "x", count: size - event + 2)
                    return Bench.message("$0000\(index)").replacing(#""body":"hi""#, with: #""body":"\#(body)""#)
                }
                let answer = try await bench.client.send(
                    "PUT", Self.transaction + "t", Bench.transaction(events: events))
                #expect(answer.json?["accepted"]?.integer == 4, "\(answer.text)")
                let rejected = try #require(answer.json?["rejected"]?.elements.map(Array.init))
                #expect(rejected.map { $0["index"]?.integer } == [4, 5])
                #expect(rejected.allSatisfy { $0["errcode"]?.string == "M_TOO_LARGE" })
                try await bench.waitForAccepted(4)
                let bodies = bench.log.received.map { $0.notification?["content"]?["body"]?.string?.utf8.count }
                #expect(bodies == sizes.prefix(4).map { $0 - event + 2 })
            }
        }

        @Test func manyRecipientsOfOneEvent() async throws {
            try await Bench.run { bench in
                try await bench.register(user: "@last:hs")
                for (count, status) in [(4097, 200), (100_000, 200), (200_001, 413)] {
                    let users = (1..<count).map { "@user-\($0):hs" } + ["@last:hs"]
                    let body = Bench.transaction(events: [Bench.message("$\(count)", to: users)])
                    let start = ContinuousClock.now
                    async let other = bench.submit(
                        Bench.message("$other\(count)", to: ["@last:hs"]), as: "other\(count)")
                    let answer = try await bench.client.send("PUT", "\(Self.transaction)\(count)", body)
                    #expect(answer.status == status, "\(answer.text)")
                    if status == 200 {
                        #expect(answer.json?["accepted"]?.integer == 1, "\(answer.text)")
                        #expect(answer.json?["notifications"]?.integer == 1, "\(answer.text)")
                        try await bench.waitForAccepted("$\(count)")
                    } else {
                        #expect(answer.json?["errcode"]?.string == "M_TOO_LARGE", "\(answer.text)")
                    }
                    _ = try await other
                    print("\(count) recipients: \(ContinuousClock.now - start), \(try bench.residentMemory()) MiB")
                }
                #expect(try bench.residentMemory() < 600)
            }
        }

        // MARK: Connections

        @Test func manyMayConnectAtOnce() async throws {
            _ = RawCaller.raiseOpenFiles()
            try await Bench.run { bench in
                let processID = try #require(bench.sidecar.processID)
                kill(processID, SIGSTOP)
                let callers = (0..<500).compactMap { _ in try? RawCaller(bench.sidecar.socketPath, waits: false) }
                kill(processID, SIGCONT)
                #expect(callers.count == 500)
                for caller in callers { caller.push("GET /health HTTP/1.1\r\n\r\n") }
                for caller in callers { try await caller.hear("200 OK") }
            }
        }

        @Test func thousandsOfIdleConnectionsLeaveRoomForOthers() async throws {
            let files = RawCaller.raiseOpenFiles()
            try await Bench.run { bench in
                try await bench.register()
                let before = try bench.residentMemory()
                // One more than there may be, if this process may have as many.
                let count = min(4097, files - 200)
                var callers: [RawCaller] = []
                for index in 0..<count {
                    callers.append(try RawCaller(bench.sidecar.socketPath))
                    guard index % 256 == 255 else { continue }
                    // Until those that have come are let in, there is no room in the line for others.
                    try await waitUntil("the connections to be let in") {
                        (try? await bench.client.get("/health"))?.status == 200
                    }
                }
                // Whoever has been idle for a second may have to make room.
                try await Task.sleep(for: .milliseconds(1100))
                try await expectServed(bench, "meanwhile")
                let closed = callers.count { caller in
                    caller.read()
                    return caller.isClosed
                }
                #expect(closed < 100)
                // One of them wakes up.
                let last = try #require(callers.last { !$0.isClosed })
                try await last.say("GET /health HTTP/1.1\r\n\r\n")
                try await last.hear("200 OK")
                let after = try bench.residentMemory()
                print("\(count) idle connections: \(before) MiB, then \(after) MiB, \(closed) closed")
                #expect(after - before < 150)
            }
        }

        @Test func slowRequestsDoNotKeepOthersWaiting() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let before = try bench.residentMemory()
                var slow: [RawCaller] = []
                for index in 0..<600 {
                    let caller = try RawCaller(bench.sidecar.socketPath)
                    switch index % 3 {
                    case 0: caller.push("PUT \(Self.transaction)t HTTP/1.1\r\nX: ")
                    case 1: caller.push("PUT \(Self.transaction)t HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{")
                    default:
                        caller.push("PUT \(Self.transaction)t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{")
                    }
                    slow.append(caller)
                }
                for round in 0..<5 {
                    for caller in slow { caller.push("1") }
                    try await expectServed(bench, "round\(round)")
                }
                #expect(try bench.residentMemory() - before < 100)
            }
        }

        @Test func largeBodiesTogetherTakeBoundedMemory() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let before = try bench.residentMemory()
                let size = 16_000_000
                let chunk = [UInt8](repeating: 0x20, count: 1 << 20)
                var uploads: [RawCaller] = []
                var peak = before
                var pushed = 0
                for index in 0..<60 {
                    let caller = try RawCaller(bench.sidecar.socketPath)
                    let length = index % 2 == 0 ? "Content-Length: \(size)" : "Transfer-Encoding: chunked"
                    caller.push("PUT \(Self.transaction)big\(index) HTTP/1.1\r\n\(length)\r\n\r\n")
                    if index % 2 == 1 { caller.push("F00000\r\n") }
                    uploads.append(caller)
                }
                for round in 0..<100 {
                    for caller in uploads { pushed += caller.push(chunk) }
                    peak = max(peak, try bench.residentMemory())
                    try await Task.sleep(for: .milliseconds(5))
                    if round % 20 == 0 { try await expectServed(bench, "round\(round)") }
                }
                print("\(pushed >> 20) MiB of bodies: \(before) MiB, then at most \(peak) MiB")
                #expect(peak - before < 200)
            }
        }

        @Test func tooLargeBodiesAreRefusedHoweverTheyCome() async throws {
            try await Bench.run(Bench.local + "\nsocket: {max_body: 100000}") { bench in
                try await bench.register()
                let announced = try RawCaller(bench.sidecar.socketPath)
                announced.push("PUT \(Self.transaction)t HTTP/1.1\r\nContent-Length: 100001\r\n\r\n")
                try await announced.hear("413 ")
                let absurd = try RawCaller(bench.sidecar.socketPath)
                absurd.push("PUT \(Self.transaction)t HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n")
                try await absurd.hear("HTTP/1.1 4")
                let streamed = try RawCaller(bench.sidecar.socketPath)
                streamed.push("PUT \(Self.transaction)t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<11 { try await streamed.say("2710\r\n\(String(repeating: " ", count: 10_000))\r\n") }
                try await streamed.hear("M_TOO_LARGE")
                let chunk = try RawCaller(bench.sidecar.socketPath)
                chunk.push(
                    "PUT \(Self.transaction)t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n")
                try await chunk.hear("HTTP/1.1 4")
                for caller in [announced, absurd, streamed, chunk] { try await caller.hearTheEnd() }
                try await expectServed(bench, "after")
            }
        }

        // MARK: Answers

        @Test func whoNeverReadsItsAnswersHoldsNobodyUp() async throws {
            try await Bench.run(script: { $0.eventID == "$backlog" ? .hold : .accept }) { bench in
                // A list of some megabytes: a user whose pusher hangs, with everything behind it.
                try await bench.register("hung", user: "@alice2:hs")
                try await bench.register()
                try await bench.submit(Bench.message("$backlog", to: ["@alice2:hs"]), as: "first")
                for batch in 0..<2 {
                    let events = (0..<1250).map { Bench.message("$\(batch)-\($0)", to: ["@alice2:hs"]) }
                    let answer = try await bench.client.send(
                        "PUT", "\(Self.transaction)batch\(batch)", Bench.transaction(events: events))
                    #expect(answer.json?["notifications"]?.integer == 1250)
                }
                let before = try bench.residentMemory()
                let list = "GET /_pusher/v1/notifications?limit=10000 HTTP/1.1\r\n\r\n"
                var deaf: [RawCaller] = []
                for _ in 0..<20 {
                    let caller = try RawCaller(bench.sidecar.socketPath)
                    caller.push(String(repeating: list, count: 20))
                    deaf.append(caller)
                }
                for round in 0..<3 { try await expectServed(bench, "round\(round)") }
                // All are answered, with the list or with a refusal.
                for caller in deaf { try await caller.hear("HTTP/1.1 ") }
                let after = try bench.residentMemory()
                print("20 deaf callers: \(before) MiB, then \(after) MiB")
                #expect(after - before < 250)
                deaf.removeAll()
                try await waitUntil("a list again") {
                    try await bench.client.get("/_pusher/v1/notifications?limit=10000").status == 200
                }
            }
        }

        @Test func pipelinedTransactionsAreAnsweredInOrder() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let caller = try RawCaller(bench.sidecar.socketPath)
                var requests = ""
                for index in 0..<300 {
                    requests += Self.put("p\(index)", Bench.transaction(events: [Bench.message("$p\(index)")]))
                    if index % 50 == 49 { requests += Self.put("bad\(index)", "{") }
                }
                requests += "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n"
                try await caller.say(requests)
                try await caller.hearTheEnd()
                let statuses = caller.text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
                #expect(statuses.count == 307)
                #expect(
                    statuses.enumerated().filter { $0.element == "400" }.map(\.offset) == [50, 101, 152, 203, 254, 305])
                try await bench.waitForAccepted(300)
                #expect(bench.log.received.map(\.eventID) == (0..<300).map { "$p\($0)" })
            }
        }

        @Test func whoLeavesInTheMiddleIsForgotten() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let message = Self.put("left", Bench.transaction(events: [Bench.message("$left")]))
                for round in 0..<50 {
                    // In the head, in the body, before the answer, in the answer.
                    for part in [message.prefix(20), message.prefix(message.count - 20), message[...]] {
                        let caller = try RawCaller(bench.sidecar.socketPath)
                        caller.push(String(part))
                    }
                    let caller = try RawCaller(bench.sidecar.socketPath)
                    caller.push("GET /_matrix/client/v3/pushrules/?user_id=@bob:hs HTTP/1.1\r\n\r\n")
                    if round % 2 == 0 { try await caller.hear("HTTP") }
                }
                try await expectServed(bench, "after")
                #expect(bench.accepted.count { $0.eventID == "$left" } == 1)
            }
        }

        @Test func brokenRequestsGetAMatrixError() async throws {
            try await Bench.run { bench in
                let long = String(repeating: "a", count: 20_000)
                let requests = [
                    "GET /_pusher/v1/notifications/%zz HTTP/1.1\r\n\r\n", "GET /%00%ff HTTP/1.1\r\n\r\n",
                    "GET /_pusher/v1/notifications?user=%f HTTP/1.1\r\n\r\n",
                    "GET /health HTTP/1.1\r\n\(long): b\r\n\r\n",
                    "GET /health HTTP/1.1\r\nA: \(long)\r\n\r\n", "GET /\(long) HTTP/1.1\r\n\r\n",
                    "GET /health HTTP/1.1\r\n\(String(repeating: "a: b\r\n", count: 10_000))\r\n",
                    "BREW /health HTTP/1.1\r\n\r\n", "TRACE /health HTTP/1.1\r\n\r\n",
                    "CONNECT hs:443 HTTP/1.1\r\n\r\n",
                    "GET health HTTP/1.1\r\n\r\n", "GET /health HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    "PUT \(Self.transaction)t HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                    "PUT \(Self.transaction)t HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
                    "PUT \(Self.transaction)t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
                    "PUT \(Self.transaction)t HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n{}",
                    "PUT \(Self.transaction)\(String(repeating: "t", count: 256)) HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
                    "PUT \(Self.transaction)%00 HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
                ]
                for request in requests {
                    let caller = try RawCaller(bench.sidecar.socketPath)
                    caller.push(request)
                    try await caller.hear(#""errcode":"M_"#)
                    #expect(caller.text.hasPrefix("HTTP/1.1 4"), "\(request.prefix(80)): \(caller.text)")
                }
                #expect(try await bench.client.get("/health").status == 200)
            }
        }

        // MARK: The queue

        @Test func aTransactionThatFoundTheQueueFullIsTakenOnceTheGatewayIsBack() async throws {
            let isBack = Atomic(false)
            let configuration =
                Bench.local + "\nqueue: {max_pending: 20}\ndelivery: {probe_initial: 50ms, probe_max: 100ms}"
            let script: ScriptedGateway.Script = { _ in isBack.load(ordering: .relaxed) ? .accept : .disconnect }
            try await Bench.run(configuration, script: script) { bench in
                try await bench.register()
                for index in 0..<20 { try await bench.submit(Bench.message("$\(index)"), as: "t\(index)") }
                let body = Bench.transaction(events: [Bench.message("$late")])
                for _ in 0..<2 {
                    let refusal = try await bench.client.send("PUT", Self.transaction + "late", body)
                    #expect(refusal.status == 429, "\(refusal.text)")
                    #expect(refusal.json?["errcode"]?.string == "M_LIMIT_EXCEEDED")
                    #expect(refusal.json?["retry_after_ms"]?.integer ?? 0 > 0)
                    #expect(refusal.header("Retry-After").flatMap { Int($0) } ?? 0 > 0)
                }
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 20)
                // What was read makes room, and is let through.
                try await bench.read(Bench.receipt("$9"), as: "receipt")
                let pending = try #require(try await bench.status()["queue"]?["pending"]?.integer)
                #expect((10...12).contains(pending))
                for index in 20..<28 { try await bench.submit(Bench.message("$\(index)"), as: "t\(index)") }
                isBack.store(true, ordering: .relaxed)
                try await bench.waitForAccepted("$27")
                try await bench.submit(Bench.message("$late"), as: "late")
                try await bench.waitForAccepted("$late")
                #expect(bench.accepted.count { $0.eventID == "$late" } == 1)
            }
        }
    }
}
