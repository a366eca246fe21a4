import Foundation
import Logging
import Testing

@testable import PusherService

@Suite struct TextTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_700_000_000_000, "2023-11-14T22:13:20.000Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (.max, "9999-12-31T23:59:59.999Z"),
        (.min, "0000-01-01T00:00:00.000Z"),
    ])
    func writesTimes(milliseconds: Int64, text: String) {
        #expect(RFC3339.text(milliseconds) == text)
    }

    @Test func timesAgreeWithFoundationAndAreReadBack() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for step in 0..<3000 {
            let time = Int64(step) * 77_777_777_000 - 12_000_000_000_000
            #expect(RFC3339.text(time) == Date(timeIntervalSince1970: Double(time / 1000)).formatted(style))
            #expect(RFC3339.milliseconds(RFC3339.text(time)) == time)
        }
    }

    @Test(arguments: [
        "", "2023-11-14T22:13:20Z", "2023-11-14 22:13:20.000Z", "2023-11-14T22:13:2x.000Z", "2023-11-14T22:13:20.000+",
    ])
    func readsNoOtherTimes(text: String) {
        #expect(RFC3339.milliseconds(text) == nil)
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("0s", .zero), ("30s", .seconds(30)), ("5m", .seconds(300)),
        ("24h", .seconds(86_400)), ("7d", .seconds(604_800)), ("007s", .seconds(7)),
    ])
    func readsDurations(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: [
        "", "5", "s", "-1s", "1.5s", "1 s", "1S", "1w", "1s ", "٣s", "9999999999999999999s", "9223372036854775807d",
        "40000d",
    ])
    func readsNoOtherDurations(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: ["0s", "1ms", "1500ms", "1s", "90s", "2m", "24h", "7d", "36h", "365d"])
    func writesDurationsExactly(text: String) throws {
        #expect(DurationText.exact(try #require(DurationText.parse(text))) == text)
    }

    @Test(arguments: [
        (Int64(-5), "0ms"), (0, "0ms"), (999, "999ms"), (1000, "1.0s"), (4250, "4.2s"), (59_999, "59s"), (60_000, "1m"),
        (192_000, "3m 12s"), (7_500_000, "2h 5m"), (86_400_000, "1d"), (273_600_000, "3d 4h"),
    ])
    func writesDurationsRoughly(milliseconds: Int64, text: String) {
        #expect(DurationText.rough(milliseconds: milliseconds) == text)
    }

    @Test(arguments: [
        ("", "…"), ("abc", "…"), ("abcd", "a…d"), ("abcdefgh", "ab…gh"), ("abcdefghijklmnop", "abcd…mnop"),
        ("abcdefghijklmnopqrstuvwxyz", "abcd…wxyz"), ("😀😀😀😀", "😀…😀"),
    ])
    func shortensPushkeys(pushkey: String, text: String) {
        #expect(PushkeyText.shortened(pushkey) == text)
    }

    @Test func makesTextPrintable() {
        #expect(Printable.text("a\u{1B}[2Jb\nc\u{202E}d\u{9B}é😀") == "a?[2Jb?c?d?é😀")
        #expect(Printable.text("plain") == "plain")
    }
}

@Suite struct LineLogHandlerTests {
    private func line(_ format: ServiceConfiguration.Log.Format, _ metadata: [(key: String, value: String)]) -> String {
        let bytes = LineLogHandler.line(format, time: 0, level: .warning, message: "gateway\ndown", metadata: metadata)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func writesTextOnOneLine() {
        let text = line(.text, [("a", "plain"), ("b", "two words"), ("c", "say \"x\""), ("d", ""), ("e", "x\ny")])
        #expect(
            text == #"1970-01-01T00:00:00.000Z warning gateway?down a=plain b="two words" c="say \"x\"" d="" e=x?y"#
                + "\n"
        )
    }

    @Test func writesJSON() {
        let text = line(.json, [("a", "x\n\"y\"")])
        #expect(
            text == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","message":"gateway\ndown","a":"x\n\"y\""}"#
                + "\n"
        )
    }
}
