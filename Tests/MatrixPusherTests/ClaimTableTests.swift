import Testing

@testable import MatrixPusher

struct ClaimTableTests {
    /// Keys that all begin their search near the end of a table, so that runs of them go over it.
    private static func crowded(_ number: Int) -> UInt64 { UInt64(number) << 32 | UInt64(0xFFFF_FFF8 + number % 8) }
    private static func spread(_ number: Int) -> UInt64 { UInt64(number) &* 0x9E37_79B9_7F4A_7C15 }

    @Test(arguments: [true, false])
    func `It does what a dictionary does`(isCrowded: Bool) {
        var random = SeededGenerator(seed: 7)
        var table = ClaimTable()
        var expected: [UInt64: Int] = [:]
        for step in 0..<40_000 {
            let number = Int.random(in: 0..<(step < 20_000 ? 40 : 400), using: &random)
            let key = isCrowded ? Self.crowded(number) : Self.spread(number)
            if Bool.random(using: &random) {
                #expect(table.claim(key, by: step) == expected[key])
                expected[key] = expected[key] ?? step
            } else {
                table.remove(key)
                expected[key] = nil
            }
            #expect(table.count == expected.count)
        }
        for (key, claimant) in expected { #expect(table.claim(key, by: 0) == claimant) }
    }

    @Test func `A large table that came to be empty begins anew`() {
        var table = ClaimTable()
        for number in 0..<100_000 { #expect(table.claim(Self.spread(number), by: 1) == nil) }
        for number in 0..<100_000 { table.remove(Self.spread(number)) }
        #expect(table.count == 0)
        for number in 0..<100 { #expect(table.claim(Self.spread(number), by: 2) == nil) }
        for number in 0..<100 { #expect(table.claim(Self.spread(number), by: 3) == 2) }
    }
}
