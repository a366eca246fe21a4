import Glibc
import SidecarHarness

/// The gateway of this tool, a process of its own; it notes when each notification came.
final class BuiltInGateway: MeasuredGateway {
    let urls: [String]
    let caFile: String? = nil
    let pollInterval: UInt64 = 200_000
    let record: GatewayRecord

    private let folder: TemporaryFolder
    private let helper: Helper

    /// - Parameters:
    ///   - lanes: Ports to listen on: each is a gateway of its own to the sidecar.
    ///   - port: The first of them; nil for any.
    ///   - delay: Milliseconds before each answer.
    ///   - capacity: Receipts whose time is kept.
    init(lanes: Int = 1, port: UInt16? = nil, delay: Int = 0, capacity: Int = 1_000_000) throws {
        folder = try Leftovers.makeFolder()
        let path = folder.file("record")
        record = try GatewayRecord(path: path, capacity: capacity)
        helper = try Helper(
            ChildProcess.runningProgram(),
            [
                "gateway", "--record", path, "--capacity", "\(capacity)", "--lanes", "\(lanes)", "--delay", "\(delay)",
                "--port", "\(port ?? 0)",
            ],
            name: "gateway", in: folder)
        let deadline = Monotonic.now + 10_000_000_000
        while record.ports.count < lanes {
            guard !helper.hasEnded, Monotonic.now < deadline else {
                throw HarnessError("the built-in gateway did not start: \(helper.errors)")
            }
            usleep(2000)
        }
        urls = record.ports.map { Gateway.url(port: $0) }
    }

    var received: Int { record.received }

    func stop() {
        helper.end()
        Leftovers.remove(folder)
    }
}
