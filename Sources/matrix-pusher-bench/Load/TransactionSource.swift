/// Transactions of events, in whose bytes only numbers are changed from one to the next.
///
/// Each event goes to the next users in a circle, and has the room that those users share.
final class TransactionSource: RequestSource {
    struct Shape {
        /// Events a transaction.
        var batch = 16
        /// Recipients an event.
        var recipients = 1
        /// Users that are notified in turn.
        var users = 0..<2048

        /// Most notifications that wait for the answer to their transaction: no queue can have more of them in a commit.
        func unanswered(on connections: Int) -> Int { connections * batch * recipients }
    }

    let shape: Shape
    private let template: [UInt8]
    private let transactionOffset: Int
    private var eventOffsets: [Int] = []
    private var roomOffsets: [Int] = []
    /// `recipients` of them an event.
    private var userOffsets: [Int] = []
    private(set) var nextEvent: Int
    private var end: Int
    /// Whether to remember when each event was sent.
    private var sentAt: UnsafeMutablePointer<UInt64>?
    private var firstTimed = 0
    private var lastSent = 0

    var longestRequest: Int { template.count }

    /// - Parameter firstEvent: The number of the first event: those before have been sent already.
    init(_ shape: Shape, firstEvent: Int = 0) {
        self.shape = shape
        nextEvent = firstEvent
        end = firstEvent
        let recipient = #"{"user_id":"\#(EventText.user(0))","display_name":"Bob"}"#
        let recipients = Array(repeating: recipient, count: shape.recipients)
        let event =
            #"{"event":\#(EventText.event(0, room: 0)),"room":\#(EventText.room),"recipients":["#
            + recipients.joined(separator: ",") + "]}"
        let body = #"{"events":["# + Array(repeating: event, count: shape.batch).joined(separator: ",") + "]}"
        let head =
            "PUT /_pusher/v1/transactions/bench-\(EventText.padded(0, EventText.digits)) HTTP/1.1\r\n"
            + "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        template = Array((head + body).utf8)
        transactionOffset = "PUT /_pusher/v1/transactions/bench-".utf8.count
        eventOffsets = Self.offsets(after: #""event_id":"$"#, in: template)
        roomOffsets = Self.offsets(after: #""room_id":"!room"#, in: template)
        userOffsets = Self.offsets(after: #""user_id":"@user"#, in: template)
    }

    deinit { sentAt?.deallocate() }

    /// Allows so many more events.
    /// - Parameter isTimed: Whether to remember when they are sent.
    func extend(by events: Int, isTimed: Bool = false) {
        precondition(nextEvent == end, "the events before must have been sent")
        // Events come in whole transactions.
        let count = (events + shape.batch - 1) / shape.batch * shape.batch
        end += count
        sentAt?.deallocate()
        sentAt = isTimed ? .allocate(capacity: count) : nil
        firstTimed = nextEvent
    }

    func prepare(_ buffer: UnsafeMutablePointer<UInt8>) {
        buffer.update(from: template, count: template.count)
    }

    func next(into buffer: UnsafeMutablePointer<UInt8>) -> (size: Int, items: Int)? {
        guard nextEvent < end else { return nil }
        lastSent = nextEvent
        EventText.patch(buffer + transactionOffset, nextEvent, digits: EventText.digits)
        let users = shape.users
        let rooms = min(1024, max(1, users.count / shape.recipients))
        var user = 0
        for index in 0..<shape.batch {
            let number = nextEvent + index
            EventText.patch(buffer + eventOffsets[index], number, digits: EventText.digits)
            EventText.patch(buffer + roomOffsets[index], number % rooms, digits: EventText.userDigits)
            for recipient in 0..<shape.recipients {
                EventText.patch(
                    buffer + userOffsets[user],
                    users.lowerBound + (number * shape.recipients + recipient) % users.count,
                    digits: EventText.userDigits)
                user += 1
            }
        }
        nextEvent += shape.batch
        return (template.count, shape.batch * shape.recipients)
    }

    func sent(at time: UInt64) {
        guard let sentAt else { return }
        for event in lastSent..<lastSent + shape.batch { sentAt[event - firstTimed] = time }
    }

    /// From the sending of each notification's transaction to its receipt by the gateway, in nanoseconds.
    func latencies(_ entries: UnsafeBufferPointer<GatewayRecord.Entry>) -> [UInt64] {
        guard let sentAt else { return [] }
        let timed = firstTimed..<end
        return entries.compactMap { entry in
            guard let event = Int(exactly: entry.event), timed.contains(event) else { return nil }
            let sent = sentAt[event - firstTimed]
            return entry.receivedAt > sent ? entry.receivedAt - sent : 0
        }
    }

    private static func offsets(after text: String, in bytes: [UInt8]) -> [Int] {
        let text = Array(text.utf8)
        return bytes.indices.filter { bytes[$0...].starts(with: text) }.map { $0 + text.count }
    }
}
