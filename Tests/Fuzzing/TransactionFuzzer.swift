@testable import MatrixPusher
@testable import PushGateway
@testable import PushJSON
@testable import PushRules

/// The body of an ingest transaction.
///
/// Every element is either taken or refused once, by its index; what is taken becomes requests to a gateway that are
/// JSON, of bounded size, and say what the event said, also after the fragment was stored and read back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTransaction(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    guard let request = try? TransactionRequest(input) else { return 0 }
    guard let root = try? JSONDocument(parsing: input).root else { preconditionFailure("took what is no JSON") }
    checkSplit(of: request, root)
    checkAnswer(to: request)
    let reading = ReadingRequest(request)
    precondition(reading.receipts.count == request.receipts.count, "receipts were lost")
    for place in request.items.list.indices { checkItem(place, of: request.items) }
    return 0
}

// MARK: Elements

private func checkSplit(of request: TransactionRequest, _ root: JSONValue) {
    for (list, taken) in [("events", request.items.count), ("receipts", request.receipts.count)] {
        let refused = request.rejected.filter { $0.list == list }.map(\.index)
        let count = root[list]?.count ?? 0
        precondition(taken + refused.count == count, "an element is neither taken nor refused")
        precondition(Set(refused).count == refused.count, "an element is refused twice")
        precondition(refused.allSatisfy { (0..<count).contains($0) }, "no such element")
    }
}

private func checkAnswer(to request: TransactionRequest) {
    let answer = TransactionAnswer(accepted: request.items.count, notifications: 0, rejected: request.rejected).json()
    guard let root = try? JSONDocument(parsing: answer).root else { preconditionFailure("the answer is no JSON") }
    precondition(root["rejected"]?.count == request.rejected.count, "refusals are missing")
    for (rejection, written) in zip(request.rejected, Array(root["rejected"]!.elements!)) {
        precondition(written["error"]?.isString(rejection.error.message) == true, "another error")
        precondition(rejection.error.message.utf8.count < 200, "an error that quotes its input")
    }
}

private func checkItem(_ place: Int, of items: IngestItems) {
    let item = items.list[place]
    let given = JSONValue(items.document, item.event)
    let room = item.room.map { JSONValue(items.document, $0) }
    guard let event = try? PushEvent(event: given, room: room) else {
        preconditionFailure("taken, but of no use to rules")
    }
    guard let fragment = EventFragment(event: given, room: room) else {
        preconditionFailure("taken, but of no use to gateways")
    }
    precondition(fragment == item.fragment(), "another fragment than that of the parts")
    checkFragment(fragment, given, room)
    for recipient in items.recipients[item.recipients] {
        precondition(recipient.counts?.unread ?? 0 >= 0 && recipient.counts?.missedCalls ?? 0 >= 0, "counts below zero")
        let verdict =
            items.actions(for: recipient).map { Verdict(given: $0) }
            ?? CompiledRuleset.defaults().evaluate(
                event, recipient: recipient.userID.string!, displayName: recipient.displayName?.string)
        checkBodies(fragment, given, item, recipient, verdict, isHigh: verdict.isHighPriority(for: event))
    }
}

// MARK: Fragments

private func checkFragment(_ fragment: EventFragment, _ given: JSONValue, _ givenRoom: JSONValue?) {
    // As the queue gives the event back.
    let event = try? JSONDocument(parsing: given.sourceBytes).root
    let room = givenRoom.flatMap { try? JSONDocument(parsing: $0.sourceBytes).root }
    precondition(event.flatMap { EventFragment(event: $0, room: room) } == fragment, "the stored event differs")
    guard let root = try? JSONDocument(parsing: fragment.bytes).root else { preconditionFailure("no JSON") }
    precondition(isSame(root["event_id"]?.string, given["event_id"]?.string), "another event")
    precondition(isSame(root["room_id"]?.string, given["room_id"]?.string), "another room")
    let source = given.sourceBytes.count + (givenRoom?.sourceBytes.count ?? 0)
    // Of all that is copied only the alias can be twice there, once as the name.
    precondition(fragment.bytes.count <= 2 * source + 256, "larger than what it is made of")
}

/// Strings of Swift are equal under normalisation; IDs are not.
private func isSame(_ one: String?, _ other: String?) -> Bool {
    one.map { Array($0.utf8) } == other.map { Array($0.utf8) }
}

// MARK: Bodies

private let device = DeviceFragment(
    appID: "org.example", pushkey: "key\n", pushkeyTS: 1_700_000_000,
    data: Array(
        #"{"url":"https://example.org/_matrix/push/v1/notify","default_payload":{"aps":{"alert":"\u00e9"}}}"#.utf8))!

private func checkBodies(
    _ fragment: EventFragment, _ event: JSONValue, _ item: IngestItem, _ recipient: IngestItem.Recipient,
    _ verdict: Verdict, isHigh: Bool
) {
    let priority: NotificationPriority = isHigh ? .high : .low
    let counts = recipient.counts.map { NotificationCounts(unread: $0.unread, missedCalls: $0.missedCalls) }
    let known = counts ?? NotificationCounts()
    for includesContent in [true, false] {
        let options = NotificationBody.Options(includesContent: includesContent, includesLegacyFields: includesContent)
        let tweaks = verdict.tweaks ?? []
        let full = NotificationBody.full(
            event: fragment, device: device, priority: priority, counts: known, tweaks: tweaks,
            userIsTarget: item.memberTarget.map { $0.hasSameContent(as: recipient.userID) }, options: options)
        let notification = parse(full.bytes, atMost: fragment.bytes.count + tweaks.count + 1024, isHigh)
        for key in ["event_id", "room_id", "type", "sender"] {
            precondition(notification[key]?.hasSameContent(as: event[key]!) == true, "another \(key)")
        }
        let content = includesContent ? event["content"] : nil
        precondition(isSame(notification["content"], content), "another content")
        precondition(!includesContent || notification["id"]?.hasSameContent(as: event["event_id"]!) == true, "id")
        let sent = notification["devices"]!.elements.map(Array.init)![0]["tweaks"]
        precondition(tweaks.isEmpty ? sent == nil : sent?.sourceBytes.elementsEqual(tweaks) == true, "other tweaks")
        precondition(notification["counts"]?["unread"]?.integer ?? 0 == known.unread ?? 0, "other counts")

        let ids = parse(
            NotificationBody.eventIDOnly(
                event: fragment, device: device, priority: priority, counts: known, options: options
            ).bytes,
            atMost: 2048 * 6, isHigh)
        precondition(ids["content"] == nil && ids["sender"] == nil && ids["type"] == nil, "more than IDs")
    }
    _ = parse(NotificationBody.countsOnly(counts: known, device: device).bytes, atMost: 1024, false)
}

private func isSame(_ one: JSONValue?, _ other: JSONValue?) -> Bool {
    switch (one, other) {
    case (let one?, let other?): one.sourceBytes.elementsEqual(other.sourceBytes)
    default: one == nil && other == nil
    }
}

/// The notification in a request's body; no member of it may stand there twice.
private func parse(_ body: [UInt8], atMost limit: Int, _ isHigh: Bool) -> JSONValue {
    precondition(body.count <= limit, "a body larger than what it is made of")
    guard let root = try? JSONDocument(parsing: body).root, let notification = root["notification"],
        let members = notification.members
    else { preconditionFailure("the body is no JSON") }
    var keys: Set<String> = []
    for (key, _) in members { precondition(keys.insert(key.string!).inserted, "a member is there twice") }
    precondition(notification["prio"]?.isString(isHigh ? "high" : "low") == true, "another priority")
    guard let devices = notification["devices"]?.elements.map(Array.init), devices.count == 1 else {
        preconditionFailure("not one device")
    }
    precondition(devices[0]["pushkey"]?.isString("key\n") == true, "another pushkey")
    precondition(devices[0]["data"]?["url"] == nil && devices[0]["data"]?["default_payload"] != nil, "other data")
    return notification
}
