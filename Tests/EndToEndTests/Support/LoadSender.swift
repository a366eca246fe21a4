import PushJSON
import SidecarHarness
import Synchronization

/// A homeserver that sends one transaction after the other, each again until it is acknowledged.
final class LoadSender: Sendable {
    /// A user with a pusher.
    struct Recipient: Sendable {
        let user: String
        let pushkey: String
        let url: String
    }

    private struct State {
        var recipients: [Recipient] = []
        var acknowledged: [DeliveryAudit.Delivery] = []
    }

    private let client: SidecarClient
    private let name: String
    private let state = Mutex(State())
    private let isStopped = Atomic(false)

    /// - Parameter name: tells this sender's users, pushkeys, events and transactions from those of others.
    init(client: SidecarClient, name: String) {
        self.client = client
        self.name = name
    }

    /// What was acknowledged, for each pushkey in order.
    var deliveries: [DeliveryAudit.Delivery] { state.withLock { $0.acknowledged } }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Adds a user with a pusher at a gateway; from now on every event is for this user, too.
    func add(_ user: String, at url: String) async throws {
        let recipient = Recipient(user: "@\(name)-\(user):hs", pushkey: "key of \(name)-\(user)", url: url)
        let body = Bench.pusher(recipient.pushkey, url: url)
        try await waitUntil("\(recipient.pushkey) to be registered", within: .seconds(30)) {
            // No answer means that the sidecar was killed.
            let response = try? await client.send(
                "POST", "/_matrix/client/v3/pushers/set?user_id=\(recipient.user)", body)
            return response?.status == 200
        }
        state.withLock { $0.recipients.append(recipient) }
    }

    /// Sends until it is stopped. For pushkeys that are in `rejected`, others are registered at the same gateway.
    func run(seed: UInt64, replacing rejected: () -> Set<String> = { [] }) async throws {
        var random = SeededGenerator(seed: seed)
        var eventNumber = 0
        var transactionNumber = 0
        while !isStopped.load(ordering: .relaxed) {
            try await replace(rejected())
            let eventIDs = (0..<Int.random(in: 1...4, using: &random)).map { "$\(name)-\(eventNumber + $0)" }
            eventNumber += eventIDs.count
            transactionNumber += 1
            let recipients = state.withLock { $0.recipients }
            let events = eventIDs.map { Bench.message($0, to: recipients.map(\.user)) }.joined(separator: ",")
            try await acknowledge("\(name)-\(transactionNumber)", #"{"events":[\#(events)]}"#)
            state.withLock { state in
                for eventID in eventIDs {
                    state.acknowledged += recipients.map { .init(pushkey: $0.pushkey, eventID: eventID) }
                }
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...8, using: &random)))
        }
    }

    private func replace(_ rejected: Set<String>) async throws {
        let gone = state.withLock { state in
            let gone = state.recipients.filter { rejected.contains($0.pushkey) }
            state.recipients.removeAll { rejected.contains($0.pushkey) }
            return gone
        }
        for recipient in gone {
            let user = recipient.user.dropFirst(name.count + 2).prefix { $0 != ":" }
            try await add("\(user)2", at: recipient.url)
        }
    }

    /// Sends a transaction until it is answered: no answer means that the sidecar was killed.
    private func acknowledge(_ transaction: String, _ body: String) async throws {
        try await waitUntil("an answer to transaction \(transaction)", within: .seconds(30)) {
            let response = try? await client.send("PUT", "/_pusher/v1/transactions/\(transaction)", body)
            guard let response else { return false }
            guard response.status == 200, response.json?["rejected"]?.count == 0 else {
                throw HarnessError("transaction \(transaction) was answered \(response.status) \(response.text)")
            }
            return true
        }
    }
}
