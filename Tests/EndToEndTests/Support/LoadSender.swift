import PushJSON
import SidecarHarness
import Synchronization

/// A homeserver that sends one transaction after the other, each again until it is acknowledged.
final class LoadSender: Sendable {
    private let client: SidecarClient
    private let name: String
    private let users: [String]
    private let acknowledged = Mutex<[DeliveryAudit.Delivery]>([])
    private let isStopped = Atomic(false)

    /// - Parameter name: tells this sender's users, pushkeys, events and transactions from those of others.
    init(client: SidecarClient, name: String, users: Int) {
        self.client = client
        self.name = name
        self.users = (0..<users).map { "@\(name)-\($0):hs" }
    }

    /// What has to be delivered, for each pushkey in order.
    var deliveries: [DeliveryAudit.Delivery] { acknowledged.withLock { $0 } }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Registers a pusher for each user.
    func register(on bench: Bench) async throws {
        for user in users { try await bench.register(pushkey(of: user), user: user) }
    }

    /// Sends until it is stopped.
    func run(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var eventNumber = 0
        var transactionNumber = 0
        while !isStopped.load(ordering: .relaxed) {
            let eventIDs = (0..<Int.random(in: 1...4, using: &random)).map { "$\(name)-\(eventNumber + $0)" }
            eventNumber += eventIDs.count
            transactionNumber += 1
            let events = eventIDs.map { Bench.message($0, to: users) }.joined(separator: ",")
            try await acknowledge("\(name)-\(transactionNumber)", #"{"events":[\#(events)]}"#)
            acknowledged.withLock { deliveries in
                for eventID in eventIDs {
                    deliveries += users.map { .init(pushkey: pushkey(of: $0), eventID: eventID) }
                }
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...8, using: &random)))
        }
    }

    private func pushkey(of user: String) -> String { "key of \(user)" }

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
