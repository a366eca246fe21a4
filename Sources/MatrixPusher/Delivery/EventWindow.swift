internal import PushQueue

/// The events whose notifications are on their way, by event number, bounded in bytes; what is not here is read from the queue.
///
/// A ring over the numbers from the oldest event to the newest: numbers ascend, so that nothing has to be hashed.
struct EventWindow: Sendable {
    private struct Entry: Sendable {
        var event: LiveEvent
        /// Index in the event of the notification with ordinal 0 under this number.
        var firstIndex: Int
        /// Notifications under this number that are not finished.
        var remaining: Int
        var size: Int
    }

    private let capacity: Int
    /// The number n is at n modulo their count, a power of two.
    private var places: [Entry?] = []
    /// The numbers that have a place.
    private var numbers: Range<Int64> = 0..<0
    private var size = 0

    private static let fewestPlaces = 1024
    /// One event that stays long must not keep a place for each that came and went after it.
    private static let mostPlaces = 65_536

    /// - Parameter capacity: Bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an event under the numbers it was stored as, which are higher than those of all others.
    mutating func insert(_ event: LiveEvent, firstNumber: Int64) {
        let perEvent = Int(NotificationID.perEvent)
        var number = firstNumber
        for index in stride(from: 0, to: event.count, by: perEvent) {
            guard makePlace(for: number) else { return }
            // The first number carries the size: a body that is shared counts once.
            let entry = Entry(
                event: event, firstIndex: index, remaining: min(perEvent, event.count - index),
                size: index == 0 ? event.size : 0)
            places[place(of: number)] = entry
            size += entry.size
            number += 1
        }
        while size > capacity { forget(numbers.lowerBound) }
    }

    /// The event of a notification and the notification's index in it; nil where it is not held.
    func find(_ notification: Int64) -> (event: LiveEvent, index: Int)? {
        let number = NotificationID.eventNumber(of: notification)
        guard numbers.contains(number), let entry = places[place(of: number)] else { return nil }
        return (entry.event, entry.firstIndex + Int(notification % NotificationID.perEvent))
    }

    /// A notification is finished; the event goes with its last one.
    mutating func release(_ notification: Int64) {
        let number = NotificationID.eventNumber(of: notification)
        guard numbers.contains(number), let remaining = places[place(of: number)]?.remaining else { return }
        if remaining > 1 { places[place(of: number)]?.remaining = remaining - 1 } else { forget(number) }
    }

    /// Lets go of what is stored under a number: from now on it is read from the queue.
    mutating func forget(_ number: Int64) {
        guard numbers.contains(number) else { return }
        size -= places[place(of: number)]?.size ?? 0
        places[place(of: number)] = nil
        guard number == numbers.lowerBound else { return }
        var first = number + 1
        while first < numbers.upperBound, places[place(of: first)] == nil { first += 1 }
        numbers = first..<numbers.upperBound
    }

    // MARK: Places

    private func place(of number: Int64) -> Int { Self.place(of: number, among: places.count) }

    private static func place(of number: Int64, among count: Int) -> Int {
        Int(truncatingIfNeeded: number) & (count - 1)
    }

    /// Makes the number the highest.
    /// - Returns: false where it is not: it has no place then.
    private mutating func makePlace(for number: Int64) -> Bool {
        if numbers.isEmpty { numbers = number..<number }
        guard number >= numbers.upperBound else { return false }
        while !numbers.isEmpty, number - numbers.lowerBound >= Self.mostPlaces { forget(numbers.lowerBound) }
        if numbers.isEmpty { numbers = number..<number }
        if number - numbers.lowerBound >= places.count { grow(toHold: Int(number - numbers.lowerBound) + 1) }
        numbers = numbers.lowerBound..<number + 1
        return true
    }

    private mutating func grow(toHold count: Int) {
        var larger = max(Self.fewestPlaces, places.count)
        while larger < count { larger *= 2 }
        var former = places
        places = [Entry?](repeating: nil, count: larger)
        for number in numbers {
            // Moved: a copy would count a hold on each event.
            swap(&places[place(of: number)], &former[Self.place(of: number, among: former.count)])
        }
    }
}
