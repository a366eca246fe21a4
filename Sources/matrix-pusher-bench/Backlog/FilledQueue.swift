/// A sidecar whose notifications wait for a gateway that is down, and that sends to another one meanwhile.
final class FilledQueue {
    let sidecar: SidecarUnderTest
    /// Where the gateway will be that is down.
    let port: UInt16
    /// The users whose notifications wait.
    let waitingUsers = 0..<2048
    private let live: any MeasuredGateway
    private let source: TransactionSource
    private let settings: DeliverSettings

    /// Starts the sidecar with an empty queue.
    init(_ settings: DeliverSettings) async throws {
        self.settings = settings
        let liveUsers = waitingUsers.upperBound..<2 * waitingUsers.upperBound
        source = TransactionSource(TransactionSource.Shape(batch: 16, users: liveUsers), firstEvent: 1 << 36)
        port = try TCPSocket.freePort()
        live = try await Gateway.start(builtIn: settings.isBuiltIn)
        do {
            sidecar = try await SidecarUnderTest.start(options: "delivery: {probe_max: 1s}")
        } catch {
            live.stop()
            throw error
        }
        do {
            try sidecar.setPushers(waitingUsers, at: [Gateway.url(port: port)])
            try sidecar.setPushers(liveUsers, at: live.urls)
        } catch {
            remove()
            throw error
        }
    }

    /// Ends the sidecar, and removes all that is of it.
    func remove() {
        sidecar.remove()
        live.stop()
    }

    func warmUp() throws {
        try DeliverRun.warmUp(sidecar, at: live, source, settings)
    }

    /// Sends to the other gateway.
    func measure() throws -> DeliverRun {
        try DeliverRun.measure(sidecar, at: live, source, settings)
    }
}
