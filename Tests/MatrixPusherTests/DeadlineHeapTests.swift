import Testing

@testable import MatrixPusher

struct DeadlineHeapTests {
    @Test func `An empty heap has no first entry`() {
        var heap = DeadlineHeap()
        #expect(heap.first == nil)
        let popped = heap.popFirst()
        #expect(popped == nil)
        #expect(heap.count == 0)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `Entries come out in the order of their times, like a sorted array's`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var heap = DeadlineHeap()
        var model: [Int64] = []
        for step in 0..<2000 as Range<Int32> {
            if model.isEmpty || Int.random(in: 0..<5, using: &generator) < 3 {
                // Few distinct times, so that equal ones are frequent; also the extremes.
                let time =
                    [.min, .max, Int64.random(in: -50...50, using: &generator)].randomElement(using: &generator) ?? 0
                heap.insert(step, at: time)
                model.insert(time, at: model.firstIndex { $0 > time } ?? model.endIndex)
            } else {
                let (popped, expected) = (heap.popFirst(), model.removeFirst())
                #expect(popped?.at == expected)
            }
            #expect(heap.first?.at == model.first)
            #expect(heap.count == model.count)
        }
        for expected in model {
            let popped = heap.popFirst()
            #expect(popped?.at == expected)
        }
        #expect(heap.first == nil)
    }

    @Test func `Every value comes out once with its own time`() {
        var generator = SeededGenerator(seed: 3)
        var heap = DeadlineHeap()
        for value in (0..<1000 as Range<Int32>).shuffled(using: &generator) { heap.insert(value, at: Int64(value) * 7) }
        for value in 0..<1000 as Range<Int32> {
            let entry = heap.popFirst()
            #expect(entry?.value == value)
            #expect(entry?.at == Int64(value) * 7)
        }
    }

    @Test func `A shift moves every time and keeps the order`() {
        var heap = DeadlineHeap()
        for value in [5, 3, 9, 1] as [Int32] { heap.insert(value, at: Int64(value) * 100) }
        heap.shift(by: -1000)
        for value in [1, 3, 5, 9] as [Int32] {
            let entry = heap.popFirst()
            #expect(entry?.value == value)
            #expect(entry?.at == Int64(value) * 100 - 1000)
        }
    }
}
