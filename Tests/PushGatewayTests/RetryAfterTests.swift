import Testing

@testable import PushGateway

struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT
    private static let example: Int64 = 784_111_777

    @Test(arguments: [
        ("0", 0), ("120", 120), (" 7\t", 7), ("007", 7), ("99999999999999999999999999", 3_155_760_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sunday, 06-Nov-94 08:49:37 GMT", 37), ("Sun Nov  6 08:49:37 1994", 37),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0), ("Sat, 01 Jan 1994 00:00:00 GMT", 0),
    ])
    func `Seconds and dates are read`(value: String, seconds: Int64) {
        #expect(RetryAfter.parse(Array(value.utf8), now: Self.example - 37) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "1.5", "5s", "0x10", "soon", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1995 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov 08:49:37 GMT", "Sun Nov 6 08:49:37 94",
        String(repeating: "1", count: 65), "\u{FF}\u{FE}",
    ])
    func `Anything else is no wish`(value: String) {
        #expect(RetryAfter.parse(Array(value.utf8), now: Self.example) == nil)
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
        ("Thu, 31 Dec 2026 23:59:60 GMT", 1_798_761_600), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("Monday, 01-Mar-27 00:00:00 GMT", 1_803_859_200), ("Friday, 01-Jan-99 00:00:00 GMT", 915_148_800),
    ])
    func `Dates are counted in Unix seconds`(text: String, seconds: Int64) {
        // The two-digit years are read in 2026.
        #expect(HTTPDate.parse(Array(text.utf8), now: 1_795_000_000) == seconds)
    }

    @Test func `Days follow one another through four centuries`() {
        var expected: Int64 = -719_162  // 0001-01-01
        for year in 1...400 as ClosedRange<Int64> {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, length) in zip(1..., [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as [Int64])
            {
                #expect(HTTPDate.days(year: year, month: Int64(month), day: 1) == expected)
                expected += length
            }
        }
    }
}
