import CCurl
import PushJSON

@testable import MatrixPusher
@testable import PushGateway

/// A gateway's answer: a line with the status, one with `Retry-After`, one with our pushkey, then the body.
///
/// Only our own key in `rejected` removes the pusher, an error is what the status says whatever the body has, and pauses
/// are never negative and never longer than the cap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzResponse(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let lines = UnsafeBufferPointer(start: data, count: size)
        .split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false).map(Array.init)
    guard lines.count == 4 else { return 0 }
    // libcurl gives three digits.
    let status = lines[0].prefix(3).reduce(0) { $0 * 10 + Int($1) % 10 }
    let pushkey = String(decoding: lines[2], as: UTF8.self)
    let retryAfter = retryAfter(lines[1])
    let failures = [nil] + TransferFailure.Kind.allCases.map { TransferFailure($0) }
    for failure in failures {
        for isUnreadable in [false, true] {
            let ending = TransferEnding(failure: failure, status: status, isUnreadable: isUnreadable)
            let response = GatewayResponse(ending: ending, retryAfter: retryAfter, body: lines[3], pushkey: pushkey)
            check(response, of: ending, retryAfter, body: lines[3], pushkey: lines[2])
            checkPause(after: response.outcome)
        }
    }
    return 0
}

// MARK: Outcomes

private func check(
    _ response: GatewayResponse, of ending: TransferEnding, _ retryAfter: Duration?, body: [UInt8], pushkey: [UInt8]
) {
    let root = try? JSONDocument(parsing: body).root
    // The last member of the name counts.
    var rejected: [JSONValue] = []
    if let root, let members = root.members {
        for (key, value) in members where key.isString("rejected") { rejected = value.elements.map(Array.init) ?? [] }
    }
    let keys = rejected.compactMap { $0.withStringBytes { Array($0) } }
    let foreign = keys.filter { $0 != Array(String(decoding: pushkey, as: UTF8.self).utf8) }.count
    switch response.outcome {
    case .rejected, .accepted:
        precondition((200..<300).contains(ending.status), "taken without a 2xx")
        let isRead = !ending.isUnreadable
        precondition((response.outcome == .rejected) == (isRead && foreign < keys.count), "not our key")
        precondition(response.foreignRejectedKeys == (isRead ? foreign : 0), "other keys are miscounted")
        precondition(ending.failure == nil || ending.isUnreadable || root?.kind == .object, "a cut answer was taken")
    case .status(let status, let pause):
        precondition(status == ending.status && !(200..<300).contains(status), "another status")
        precondition(pause == retryAfter, "another pause")
    case .failed(let failure):
        precondition(failure == ending.failure && ending.status < 300, "a status was passed over")
    case .blockedAddress, .cancelled:
        preconditionFailure("out of nothing")
    }
    precondition(labels.contains(response.outcome.label), "a label without bounds")
    precondition(pushkey.count < 200 || response.outcome.reason.utf8.count < 200, "a reason with the pushkey")
}

private let labels: Set<String> = {
    var labels: Set = [
        "accepted", "rejected", "http_3xx", "http_4xx", "http_5xx", "http_other", "blocked_address", "cancelled",
    ]
    for status in [408, 413, 429, 500, 502, 503, 504, 507] { labels.insert("http_\(status)") }
    for kind in TransferFailure.Kind.allCases { labels.insert(kind.rawValue) }
    return labels
}()

// MARK: Pauses

/// 2023-11-14, Unix seconds.
private let now: Int64 = 1_700_000_000

/// A century and leap days.
private let longest = Duration.seconds(100 * 366 * 86400)

private func retryAfter(_ value: [UInt8]) -> Duration? {
    guard let pause = RetryAfter.parse(value, now: now) else { return nil }
    precondition(pause >= .zero && pause <= longest, "a pause without bounds")
    let text = String(decoding: value, as: UTF8.self)
    if let seconds = Int64(text), seconds < 1_000_000_000 { precondition(pause == .seconds(seconds), "other seconds") }
    if let date = HTTPDate.parse(value, now: now) { checkDate(date, of: text) }
    return pause
}

/// libcurl reads dates of more forms, but never another one. The weekday is left out: any word will do for us, not for
/// libcurl; and two digits of a year, or four below 100, mean another century to it.
private func checkDate(_ date: Int64, of text: String) {
    let words = text.split(separator: " ").dropFirst().joined(separator: " ")
    let known = Int64(curl_getdate(words, nil))
    guard known != -1, date > 0, !words.utf8.contains(0), !words.contains("-") else { return }
    precondition(known == date, "libcurl reads another date")
}

private func checkPause(after outcome: GatewayOutcome) {
    guard case .blameGateway(let retryAfter) = BlameTable.decide(outcome, refusals: 0, isReduced: false) else { return }
    precondition(retryAfter ?? 0 >= 0, "a negative pause")
}
