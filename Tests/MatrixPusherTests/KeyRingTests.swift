import Testing

@testable import MatrixPusher

@Suite struct KeyRingTests {
    /// Keys that meet in the table, in their tags, or in neither.
    private static let generators: [@Sendable (inout SeededGenerator) -> UInt64] = [
        { UInt64.random(in: 0 ... .max, using: &$0) },
        { UInt64.random(in: 0..<500, using: &$0) },
        { UInt64.random(in: 0..<500, using: &$0) << 55 },
        { UInt64.max - UInt64.random(in: 0..<500, using: &$0) },
    ]

    @Test(arguments: 0..<4, [1, 10, 63, 64, 65, 1000])
    func `It has the keys that a list has, in order`(generator: Int, size: Int) {
        var random = SeededGenerator(seed: UInt64(size))
        var keys = KeyRing()
        var list: [UInt64] = []
        var gone: [UInt64] = []
        for _ in 0..<size * 6 {
            let key = Self.generators[generator](&random)
            keys.append(key)
            if !list.contains(key) { list.append(key) }
            while list.count > size {
                gone.append(list.removeFirst())
                keys.removeFirst()
            }
            #expect(keys.count == list.count)
            #expect(keys.contains(key) && keys.contains(list[0]))
            if let key = gone.last { #expect(keys.contains(key) == list.contains(key)) }
        }
        #expect(list.allSatisfy { keys.contains($0) })
        #expect(gone.allSatisfy { keys.contains($0) == list.contains($0) })
        while !list.isEmpty {
            keys.removeFirst()
            list.removeFirst()
            #expect(list.prefix(3).allSatisfy { keys.contains($0) })
        }
        #expect(keys.count == 0)
    }
}
