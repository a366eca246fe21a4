@testable import MatrixPusher

/// The scenario of the simulations: a gateway of 100,000 pushers is in trouble for a while, beside another that is well.
struct Outage: Sendable {
    /// What happens to the program itself during the trouble.
    enum Incident: String, CaseIterable, Sendable {
        case none = "undisturbed"
        case restart = "killed and restarted twice"
        case clockJumps = "clock an hour forward, then back"
    }

    static let minute: Int64 = 60_000
    static let hour = 60 * minute
    static let pushers = 100_000
    /// Notifications for them during the trouble: two for three pushers.
    static let notifications = 66_000
    static let shortLength = 5 * minute
    private static let start = minute

    var trouble: SimulatedGateway.Trouble
    /// Milliseconds.
    var length: Int64
    var incident: Incident

    private var troubleTime: Range<Int64> { Self.start..<Self.start + length }

    var scenario: Scenario {
        let (early, middle, late) = (Self.start + length / 12, Self.start + length / 2, Self.start + length * 3 / 4)
        let incidents: [Scenario.Incident] =
            switch incident {
            case .none: []
            case .restart: [.restart(at: early), .restart(at: middle)]
            case .clockJumps: [.clockJump(at: middle, by: Self.hour), .clockJump(at: late, by: -Self.hour)]
            }
        return Scenario(
            gateways: [
                SimulatedGateway(
                    name: "https://troubled.example:443", pushers: Self.pushers, trouble: trouble,
                    troubleTime: troubleTime),
                SimulatedGateway(name: "https://other.example:443", pushers: 1000),
            ],
            traffic: [
                // Enough at first that the window has grown to its limit when the trouble begins.
                Traffic(
                    initial: 4000, interval: length / Int64(Self.notifications), end: troubleTime.upperBound + 30_000),
                Traffic(initial: 20, interval: length / 450, burst: 20, end: troubleTime.upperBound + 5 * Self.minute),
            ],
            incidents: incidents)
    }

    /// Runs it.
    func report() throws -> Report { try World(scenario).run() }

    /// The 99th percentile from ingest to acceptance at the other gateway in the same run without the trouble, milliseconds.
    var untroubledP99: Int64? { Self.untroubled[isShort ? 1 : 0][incident == .restart ? 1 : 0] }

    private var isShort: Bool { length == Self.shortLength }

    /// By length and by whether the program is restarted; run once for all.
    private static let untroubled: [[Int64?]] = [hour, shortLength].map { length in
        [Incident.none, .restart].map { incident in
            var scenario = Outage(trouble: .blackHole, length: length, incident: incident).scenario
            scenario.gateways[0].trouble = nil
            return (try? World(scenario).run())?.gateways[1].p99
        }
    }
}
