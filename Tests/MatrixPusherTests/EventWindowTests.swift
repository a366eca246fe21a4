import PushGateway
import PushJSON
import PushQueue
import Testing

@testable import MatrixPusher

struct EventWindowTests {
    private func event(notifications: Int = 1, padding: Int = 0) throws -> LiveEvent {
        let text = """
            {"event_id":"$e","room_id":"!r:hs","type":"m.x","sender":"@a:hs","content":{"b":"\(String(repeating: "x", count: padding))"}}
            """
        let fragment = try #require(EventFragment(event: try JSONDocument(parsing: Array(text.utf8)).root, room: nil))
        return LiveEvent(
            fragment: fragment, queuedAt: 1, expiresAt: nil,
            notifications: (0..<notifications).map { NewNotification(pusher: Int64($0)) }[...])
    }

    private func id(_ number: Int64, _ index: Int = 0) -> Int64 {
        NotificationID.make(firstEventNumber: number, index: index)
    }

    @Test func `What was put in is found under every notification's id`() throws {
        var window = EventWindow(capacity: 1 << 20)
        let event = try event(notifications: 3)
        window.insert(event, firstNumber: 7)
        for index in 0..<3 {
            let found = window.find(id(7, index))
            #expect(found?.event === event)
            #expect(found?.index == index)
        }
        #expect(window.find(id(6)) == nil)
        #expect(window.find(id(8)) == nil)
    }

    @Test func `What is forgotten is found no more, and its room is free`() throws {
        let event = try event(notifications: 3, padding: 1000)
        var window = EventWindow(capacity: event.size + 100)
        window.insert(event, firstNumber: 7)
        window.forget(7)
        window.forget(8)
        #expect(window.find(id(7)) == nil)
        window.release(id(7))
        window.insert(event, firstNumber: 9)
        #expect(window.find(id(9)) != nil)
    }

    @Test func `An event goes with its last notification`() throws {
        var window = EventWindow(capacity: 1 << 20)
        window.insert(try event(notifications: 2), firstNumber: 7)
        window.release(id(7, 1))
        #expect(window.find(id(7, 0)) != nil)
        window.release(id(7, 0))
        #expect(window.find(id(7, 0)) == nil)
        window.release(id(7, 0))
        window.release(id(99, 0))
    }

    @Test func `More notifications than one number can have are found under the numbers that follow`() throws {
        var window = EventWindow(capacity: 8 << 20)
        let event = try event(notifications: 10_000)
        window.insert(event, firstNumber: 100)
        for index in [0, 4095, 4096, 8191, 8192, 9999] {
            let found = window.find(id(100, index))
            #expect(found?.event === event)
            #expect(found?.index == index)
        }
        for index in 0..<4096 { window.release(id(100, index)) }
        #expect(window.find(id(100, 0)) == nil)
        #expect(window.find(id(100, 4096)) != nil)
        for index in 4096..<10_000 { window.release(id(100, index)) }
        #expect(window.find(id(100, 9999)) == nil)
    }

    @Test func `The oldest events give way when there are too many bytes`() throws {
        let size = try event(padding: 10_000).size
        var window = EventWindow(capacity: 5 * size)
        for number in 0..<20 as Range<Int64> { window.insert(try event(padding: 10_000), firstNumber: number) }
        for number in 0..<20 as Range<Int64> { #expect((window.find(id(number)) != nil) == (number >= 15)) }
    }

    @Test func `Released events make room`() throws {
        let size = try event(padding: 10_000).size
        var window = EventWindow(capacity: 2 * size)
        window.insert(try event(padding: 10_000), firstNumber: 1)
        for number in 2..<5000 as Range<Int64> {
            window.insert(try event(padding: 10_000), firstNumber: number)
            window.release(id(number))
        }
        #expect(window.find(id(1)) != nil)
    }

    @Test func `An event that is larger than the window is not kept`() throws {
        var window = EventWindow(capacity: 1000)
        window.insert(try event(padding: 10_000), firstNumber: 1)
        #expect(window.find(id(1)) == nil)
        window.insert(try event(), firstNumber: 2)
        #expect(window.find(id(2)) != nil)
    }

    @Test func `Eviction still goes by age after many events came and went behind one that stays`() throws {
        let size = try event(padding: 1000).size
        var window = EventWindow(capacity: 4 * size)
        window.insert(try event(padding: 1000), firstNumber: 1)
        for number in 2..<20_000 as Range<Int64> {
            window.insert(try event(padding: 1000), firstNumber: number)
            window.release(id(number))
        }
        for number in 20_000..<20_004 as Range<Int64> { window.insert(try event(padding: 1000), firstNumber: number) }
        #expect(window.find(id(1)) == nil)
        for number in 20_000..<20_004 as Range<Int64> { #expect(window.find(id(number)) != nil) }
    }

    @Test func `An event that stays gives way to the 65,536th number after it`() throws {
        let event = try event()
        var window = EventWindow(capacity: 1 << 30)
        window.insert(event, firstNumber: 1)
        for number in 2..<65_537 as Range<Int64> {
            window.insert(event, firstNumber: number)
            if number != 40_000 { window.release(id(number)) }
        }
        #expect(window.find(id(1)) != nil)
        window.insert(event, firstNumber: 65_537)
        #expect(window.find(id(1)) == nil)
        #expect(window.find(id(40_000)) != nil)
        #expect(window.find(id(65_537)) != nil)
        window.insert(event, firstNumber: 1 << 40)
        #expect(window.find(id(40_000)) == nil)
        #expect(window.find(id(1 << 40)) != nil)
    }

    @Test func `A number that is not the highest is not kept, and takes nothing away`() throws {
        var window = EventWindow(capacity: 1 << 20)
        let (first, second) = (try event(), try event())
        window.insert(first, firstNumber: 5000)
        window.insert(first, firstNumber: 7000)
        for number in [5000, 6000, 7000, 4999] as [Int64] { window.insert(second, firstNumber: number) }
        #expect(window.find(id(5000))?.event === first)
        #expect(window.find(id(6000)) == nil)
        #expect(window.find(id(7000))?.event === first)
        #expect(window.find(id(4999)) == nil)
    }
}
