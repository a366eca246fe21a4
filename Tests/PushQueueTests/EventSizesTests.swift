internal import Testing

@testable internal import PushQueue

@Suite struct EventSizesTests {
    private static let perEvent = NotificationID.perEvent

    private func id(_ number: Int64, _ index: Int64) -> Int64 { number * Self.perEvent + index }

    /// Events that have so many notifications each, from a number on.
    private func sizes(_ counts: [Int], from first: Int64 = 10) -> EventSizes {
        var sizes = EventSizes()
        note(counts, from: first, in: &sizes)
        return sizes
    }

    private func note(_ counts: [Int], from first: Int64, in sizes: inout EventSizes) {
        let events = counts.map { NewEvent(0, notifications: 0..<$0) }
        var numbers: [Int64] = []
        var next = first
        for event in events {
            numbers.append(next)
            next += Int64(event.rows)
        }
        sizes.note(events, numbers)
    }

    @Test func `The last of an event and the first of the next are neighbours`() {
        let sizes = sizes([1, 3, 0, 2])
        #expect(sizes.follows(id(11, 0), id(10, 0)))
        #expect(sizes.follows(id(11, 1), id(11, 0)))
        #expect(!sizes.follows(id(11, 2), id(11, 0)))
        #expect(!sizes.follows(id(12, 0), id(11, 1)))
        #expect(!sizes.follows(id(11, 1), id(10, 0)))
        #expect(!sizes.follows(id(10, 0), id(10, 0)))
        // The event between has nothing, which is not looked for.
        #expect(!sizes.follows(id(13, 0), id(11, 2)))
    }

    @Test func `An event of several numbers is one row of neighbours`() {
        let sizes = sizes([Int(Self.perEvent) + 2, 1])
        #expect(sizes.follows(id(11, 0), id(10, Self.perEvent - 1)))
        #expect(!sizes.follows(id(12, 0), id(11, 0)))
        #expect(sizes.follows(id(12, 0), id(11, 1)))
    }

    @Test func `What is not known is nobody's neighbour`() {
        var sizes = EventSizes()
        #expect(!sizes.follows(id(1, 0), id(0, 0)))
        #expect(!sizes.follows(.max, -1))
        #expect(!sizes.follows(.max, .max))
        #expect(!sizes.follows(0, .min))
        note([1, 1], from: 10, in: &sizes)
        #expect(!sizes.follows(id(10, 0), id(9, 0)))
        #expect(!sizes.follows(id(13, 0), id(12, 0)))
        // After a gap in the numbers, what was before it is not known any more.
        note([1, 1], from: 5000, in: &sizes)
        #expect(!sizes.follows(id(11, 0), id(10, 0)))
        #expect(sizes.follows(id(5001, 0), id(5000, 0)))
    }

    @Test func `After a rollback the numbers are of other events`() {
        var sizes = sizes([1, 1, 1])
        note([2], from: 11, in: &sizes)
        #expect(sizes.follows(id(11, 0), id(10, 0)))
        #expect(!sizes.follows(id(12, 0), id(11, 0)))
        #expect(sizes.follows(id(12, 0), id(11, 1)))
        #expect(!sizes.follows(id(13, 0), id(12, 0)))
    }

    @Test func `Only the newest are known`() {
        var sizes = EventSizes()
        for block in 0..<3 {
            note(
                Array(repeating: 1, count: EventSizes.count / 2), from: Int64(block * EventSizes.count / 2), in: &sizes)
        }
        let oldest = Int64(EventSizes.count / 2)
        #expect(!sizes.follows(id(oldest, 0), id(oldest - 1, 0)))
        #expect(sizes.follows(id(oldest + 1, 0), id(oldest, 0)))
    }
}
