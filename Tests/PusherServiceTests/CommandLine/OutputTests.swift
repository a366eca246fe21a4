import PushJSON
import Testing

@testable import matrix_pusher

@Suite struct TableTests {
    private func table() -> Table {
        var table = Table([
            .init(title: "ID"), .init(title: "AGE", isNumber: true), .init(title: "USER", isFlexible: true),
            .init(title: "ERROR", isFlexible: true),
        ])
        table.add(["1", "3m 12s", "@bob:example.org", "-"])
        table.add(["4097", "5s", "@alice:a-long-name.example.org", "timeout\u{1B}"])
        return table
    }

    @Test func alignsAndTrimsNothingWithoutAWidth() {
        #expect(
            table().text(width: nil) == """
                ID       AGE  USER                            ERROR
                1     3m 12s  @bob:example.org                -
                4097      5s  @alice:a-long-name.example.org  timeout?
                """
        )
    }

    @Test func cutsTheWidestFlexibleColumns() {
        #expect(
            table().text(width: 40) == """
                ID       AGE  USER              ERROR
                1     3m 12s  @bob:example.org  -
                4097      5s  @alice:a-long-n…  timeout?
                """
        )
    }

    @Test(arguments: [30, 10, 0])
    func neverCutsBeyondReading(width: Int) {
        #expect(table().text(width: width).contains("@alice:…"))
    }

    @Test func showsItsHeadingsWithoutRows() {
        #expect(Table([.init(title: "A"), .init(title: "B", isNumber: true)]).text(width: nil) == "A  B")
    }
}

@Suite struct LineSplitterTests {
    private func split(_ pieces: [String], longest: Int = 100) -> [String] {
        var splitter = LineSplitter(longestLine: longest)
        var lines: [[UInt8]?] = []
        for piece in pieces { lines += splitter.take(Array(piece.utf8)[...]) }
        lines += splitter.finish()
        return lines.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "TOO LONG" }
    }

    @Test(arguments: [
        ([""], []), (["a"], ["a"]), (["a\n"], ["a"]), (["a\nb"], ["a", "b"]), (["a", "b\nc", "\n"], ["ab", "c"]),
        (["\n\n \t\r\na\n\n"], ["a"]), (["a\r\n"], ["a\r"]),
    ])
    func splits(pieces: [String], lines: [String]) {
        #expect(split(pieces) == lines)
    }

    @Test(arguments: [["abcdef\nb\n"], ["abc", "def\nb"], ["abcd", "e", "fghijkl", "mno\n", "b\n"]])
    func dropsALineThatIsTooLongAndGoesOn(pieces: [String]) {
        #expect(split(pieces, longest: 5) == ["TOO LONG", "b"])
    }

    @Test func keepsALineOfTheGreatestLength() {
        #expect(split(["abcde\n", "abcdef\n"], longest: 5) == ["abcde", "TOO LONG"])
    }
}

@Suite struct ByteCountTextTests {
    @Test(arguments: [
        (Int64(0), "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1023.9 KiB"),
        (1_048_576, "1.0 MiB"),
        (5_368_709_120, "5.0 GiB"), (1_099_511_627_776, "1.0 TiB"), (562_949_953_421_312_000, "512000.0 TiB"),
    ])
    func isShort(bytes: Int64, text: String) {
        #expect(ByteCountText.text(bytes) == text)
    }
}

@Suite struct StatusScreenTests {
    private func screen(_ json: String) throws -> String { StatusScreen(try JSONDocument(parsing: json).root).text }

    @Test func isOneScreen() throws {
        let text = try screen(
            """
            {"v":1,"version":"0.1.0","running":true,"uptime_seconds":192.000,"queue":{"pending":12,"due":3,"waiting":8,"in_flight":1,
            "dead":2,"oldest_due_seconds":4.250},"recent":{"window_seconds":300,"accepted":120,"failed":3,"rejected":1,"expired":0,
            "cancelled":4},"gateways":{"up":3,"ramping":0,"down":1,"suspect":0},"pushers":{"total":1200,"failing":4},
            "database":{"bytes":12897484,"schema":1}}
            """
        )
        #expect(
            text == """
                matrix-pusher 0.1.0, running for 3m 12s

                queue        12 pending: 3 due, 8 waiting, 1 in flight
                oldest due   4.2s
                dead         2
                last 5m      120 accepted, 3 failed, 1 rejected, 0 expired, 4 cancelled
                gateways     3 up, 1 down
                pushers      1200 total, 4 failing
                database     12.2 MiB, schema 1
                """
        )
    }

    @Test func saysWhenNothingRuns() throws {
        #expect(
            try screen(#"{"v":1,"version":"0.1.0","running":false}"#).hasPrefix("matrix-pusher 0.1.0, not running\n"))
    }
}

@Suite struct NotificationTableTests {
    @Test func showsAgesAndWaits() throws {
        let notification = try JSONDocument(
            parsing: """
                {"v":1,"id":"4097","kind":"event","state":"waiting","user_id":"@bob:hs","app_id":"a","pushkey":"…",
                "gateway":"https://p:443","event_id":"$e","room_id":"!r:hs","prio":"high","queued_at":"2023-11-14T22:13:20.000Z",
                "attempts":2,"next_attempt":"2023-11-14T22:14:20.500Z","last_error":null}
                """
        ).root
        var table = NotificationTable(now: 1_700_000_030_000)
        table.add(notification)
        #expect(
            table.text(width: nil) == """
                ID    STATE    PRIO  AGE  TRIES  NEXT  USER     GATEWAY        LAST ERROR
                4097  waiting  high  30s      2   30s  @bob:hs  https://p:443  -
                """
        )
        #expect(NotificationText(notification, now: 1_800_000_000_000).time(until: "next_attempt") == "now")
    }
}
