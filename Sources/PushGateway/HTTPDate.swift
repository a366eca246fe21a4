/// The three date formats of HTTP (RFC 9110, section 5.6.7).
enum HTTPDate {
    /// Parses `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    /// - Parameter now: Unix seconds; a two-digit year is taken to lie at most 50 years after it.
    /// - Returns: Unix seconds; nil for anything else. The name of the weekday is not checked against the date.
    static func parse(_ text: [UInt8], now: Int64) -> Int64? {
        let words = String(decoding: text, as: UTF8.self).split(separator: " ").map(String.init)
        if words.count == 6, words[0].hasSuffix(","), words[5] == "GMT" {
            guard words[1].utf8.count == 2, words[3].utf8.count == 4 else { return nil }
            return seconds(year: number(words[3]), month: words[2], day: number(words[1]), time: words[4])
        }
        if words.count == 4, words[0].hasSuffix(","), words[3] == "GMT" {
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard date.count == 3, date[2].utf8.count == 2, let year = number(date[2]) else { return nil }
            return seconds(year: fullYear(year, now: now), month: date[1], day: number(date[0]), time: words[2])
        }
        if words.count == 5 {
            guard words[4].utf8.count == 4 else { return nil }
            return seconds(year: number(words[4]), month: words[1], day: number(words[2]), time: words[3])
        }
        return nil
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        // Years that begin in March put the leap day last, so that month lengths follow one line.
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func seconds(year: Int64?, month: String, day: Int64?, time: String) -> Int64? {
        let parts = time.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let year, let day, let index = months.firstIndex(of: month), parts.count == 3,
            parts.allSatisfy({ $0.utf8.count == 2 }), let hour = number(parts[0]), let minute = number(parts[1]),
            let second = number(parts[2]), hour < 24, minute < 60, second <= 60, (1...31).contains(day)
        else { return nil }
        let month = Int64(index) + 1
        let nextMonth = month == 12 ? (year + 1, Int64(1)) : (year, month + 1)
        let start = days(year: year, month: month, day: 1)
        guard day <= days(year: nextMonth.0, month: nextMonth.1, day: 1) - start else { return nil }
        return (start + day - 1) * 86400 + hour * 3600 + minute * 60 + second
    }

    private static func fullYear(_ twoDigits: Int64, now: Int64) -> Int64 {
        let thisYear = 1970 + now / 31_556_952
        let year = thisYear - thisYear % 100 + twoDigits
        return year > thisYear + 50 ? year - 100 : year
    }

    private static func number(_ text: String) -> Int64? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
