import Testing

@testable import MatrixPusher

@Suite struct StoredEventNumbersTests {
    @Test func `An event in parts has all its numbers`() {
        var numbers = StoredEventNumbers(capacity: 100)
        numbers.add(1, number: 5)
        numbers.add(1, number: 6)
        numbers.add(2, number: 6)
        numbers.add(3, number: 7)
        #expect(numbers[1]?.all == [5, 6])
        #expect(numbers[2]?.all == [6])
        #expect(numbers[3]?.all == [7])
        #expect(numbers[4] == nil)
        #expect(numbers.newest == 7)
    }

    @Test func `An event that comes again has its first place, and no number of another`() {
        var numbers = StoredEventNumbers(capacity: 100)
        for number: Int64 in [5, 6, 9, 9] { numbers.add(1, number: number) }
        #expect(numbers[1]?.all == [5, 6, 9])
        #expect(numbers[1]?.end == 6)
    }

    @Test func `The oldest are forgotten, the newest are not`() {
        var numbers = StoredEventNumbers(capacity: 100)
        for event in 1...1000 { numbers.add(event, number: Int64(event)) }
        #expect(numbers[1] == nil)
        #expect((951...1000).allSatisfy { numbers[$0] != nil })
        #expect((1...1000).count { numbers[$0] != nil } <= 100)
    }

    @Test func `Gaps and copies between them change no number`() {
        var numbers = StoredEventNumbers(capacity: 50)
        var random = SeededGenerator(seed: 1)
        var list: [(event: Int, numbers: [Int64])] = []
        var number: Int64 = 0
        for step in 0..<5000 {
            number += Bool.random(using: &random) ? 1 : Int64.random(in: 1...1024, using: &random)
            let event = Int.random(in: 0..<10, using: &random) == 0 ? list.randomElement(using: &random)?.event : nil
            numbers.add(event ?? step * step, number: number)
            if let event, let index = list.firstIndex(where: { $0.event == event }) {
                list[index].numbers.append(number)
            } else {
                list.append((step * step, [number]))
                if list.count > 50 { #expect(numbers[list.removeFirst().event] == nil) }
            }
        }
        for (event, expected) in list { #expect(numbers[event]?.all == expected) }
        #expect(numbers.newest == number)
    }
}
