/// What waits its turn, first in first out, up to a limit; what has gone takes no room.
struct BoundedQueue<Element> {
    private let limit: Int
    private var elements: [Element?] = []
    private var next = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// How many wait.
    var count: Int { elements.count - next }

    /// Places in memory, also of what has gone.
    var places: Int { elements.count }

    /// Adds an element at the end; false where there are too many.
    mutating func append(_ element: Element) -> Bool {
        guard count < limit else { return false }
        elements.append(element)
        return true
    }

    /// Takes the first.
    mutating func popFirst() -> Element? {
        guard next < elements.count else { return nil }
        defer {
            elements[next] = nil
            next += 1
            if next > elements.count / 2 {
                elements.removeFirst(next)
                next = 0
            }
        }
        return elements[next]
    }
}
