/// Times as the inspection shapes have them: RFC 3339, UTC, milliseconds.
package enum RFC3339 {
    /// `2026-11-21T09:32:51.007Z` from Unix milliseconds; years beyond 0…9999 are held at those ends.
    package static func text(_ milliseconds: Int64) -> String {
        let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let day = clamped.flooredQuotient(86_400_000)
        let time = Int(clamped - day * 86_400_000)
        let date = civilDate(day)
        return String(unsafeUninitializedCapacity: 24) { bytes in
            put(date.year, digits: 4, at: 0, then: "-", bytes)
            put(date.month, digits: 2, at: 5, then: "-", bytes)
            put(date.day, digits: 2, at: 8, then: "T", bytes)
            put(time / 3_600_000, digits: 2, at: 11, then: ":", bytes)
            put(time / 60_000 % 60, digits: 2, at: 14, then: ":", bytes)
            put(time / 1000 % 60, digits: 2, at: 17, then: ".", bytes)
            put(time % 1000, digits: 3, at: 20, then: "Z", bytes)
            return 24
        }
    }

    /// Unix milliseconds of a text that ``text(_:)`` has made; nil for any other form.
    package static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 24 else { return nil }
        for (position, mark) in zip([4, 7, 10, 13, 16, 19, 23], "--T::.Z".utf8) where bytes[position] != mark {
            return nil
        }
        var numbers: [Int64] = []
        for field in [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19, 20..<23] {
            guard bytes[field].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            numbers.append(bytes[field].reduce(0) { $0 * 10 + Int64($1 - 0x30) })
        }
        let time = ((numbers[3] * 60 + numbers[4]) * 60 + numbers[5]) * 1000 + numbers[6]
        return dayNumber(year: numbers[0], month: numbers[1], day: numbers[2]) * 86_400_000 + time
    }

    /// The day, counted from 1970-01-01, of a proleptic Gregorian date.
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredQuotient(400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01.
    ///
    /// Years are taken to begin in March, so that the leap day is a year's last.
    private static func civilDate(_ day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = Int(shifted - era * 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func put(
        _ number: Int, digits: Int, at start: Int, then mark: Unicode.Scalar, _ bytes: UnsafeMutableBufferPointer<UInt8>
    ) {
        var rest = number
        for position in stride(from: start + digits - 1, through: start, by: -1) {
            bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        bytes[start + digits] = UInt8(ascii: mark)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
