import PushJSON
import Testing

@Suite struct NumberTests {
    @Test(
        "A number without fraction or exponent within ±(2^53 − 1) is an integer",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("10", 10), ("1700000000000", 1_700_000_000_000),
            ("999999999999999", 999_999_999_999_999),
            ("-999999999999999", -999_999_999_999_999), ("1000000000000000", 1_000_000_000_000_000),
            ("9007199254740991", 9_007_199_254_740_991), ("-9007199254740991", -9_007_199_254_740_991),
        ] as [(String, Int64)])
    func integers(spelling: String, value: Int64) throws {
        let number = try JSONDocument(parsing: spelling).root
        #expect(number.kind == .integer)
        #expect(number.integer == value)
        #expect(number.bool == nil)
        #expect(number.sourceBytes.elementsEqual(spelling.utf8))
    }

    @Test(
        "Any other number keeps its spelling and is no integer",
        arguments: [
            "0.0", "-0.0", "1.0", "1.5", "-12.25", "1e2", "1E2", "1e+2", "1E-2", "0e0", "0E+1", "-0e-0", "1.0e10",
            "100e-2",
            "9007199254740992", "-9007199254740992", "9007199254740993", "9999999999999999", "10000000000000000",
            "9223372036854775807", "-9223372036854775808", "18446744073709551615", "18446744073709551616",
            "340282366920938463463374607431768211456", "1e400", "-1e400", "1e-400", "123.456e789",
            "0.1000000000000000055511151231257827",
        ])
    func otherNumbers(spelling: String) throws {
        let number = try JSONDocument(parsing: "[\(spelling)]").root.elements!.first { _ in true }!
        #expect(number.kind == .number)
        #expect(number.integer == nil)
        #expect(number.bool == nil)
        #expect(number.string == nil)
        #expect(number.sourceBytes.elementsEqual(spelling.utf8))
    }

    @Test("A number of a hundred thousand digits keeps them all")
    func longNumber() throws {
        for spelling in [
            String(repeating: "7", count: 100_000), "-0." + String(repeating: "3", count: 100_000),
            "1e" + String(repeating: "9", count: 100_000), "1e-" + String(repeating: "0", count: 100_000),
        ] {
            let number = try JSONDocument(parsing: spelling).root
            #expect(number.kind == .number)
            #expect(number.sourceBytes.elementsEqual(spelling.utf8))
        }
    }

    @Test("Every integer around a power of ten or two is read as Int64 reads it")
    func boundaries() throws {
        var candidates: [Int64] = []
        for exponent in 0..<63 { candidates.append(1 << exponent) }
        for exponent in 0..<19 { candidates.append((0..<exponent).reduce(1) { value, _ in value * 10 }) }
        for base in candidates {
            for value in [base - 1, base, base &+ 1, -base, -(base - 1)] {
                let number = try JSONDocument(parsing: "\(value)").root
                #expect(number.integer == (value.magnitude < 1 << 53 ? value : nil))
            }
        }
    }

    @Test("What is no number has no integer", arguments: ["true", "false", "null", #""1""#, "[1]", #"{"1":1}"#])
    func notNumbers(text: String) throws {
        #expect(try JSONDocument(parsing: text).root.integer == nil)
    }
}
