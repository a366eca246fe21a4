@testable import MatrixPusher

/// Who sends how much through which gateways, and what happens to the program meanwhile.
struct Scenario: Sendable {
    /// Times are milliseconds since the start of the simulation.
    enum Incident: Sendable {
        /// The process is killed, and starts again a little later.
        case restart(at: Int64)
        /// The wall clock is set forward, or back where negative, by so many milliseconds.
        case clockJump(at: Int64, by: Int64)

        var time: Int64 {
            switch self {
            case .restart(let time), .clockJump(let time, _): time
            }
        }
    }

    var gateways: [SimulatedGateway]
    /// By gateway.
    var traffic: [Traffic]
    /// In the order of their times.
    var incidents: [Incident] = []
    var configuration = PusherConfiguration()
}
