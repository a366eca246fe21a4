import SidecarHarness

/// What a sidecar takes that has nothing to do, and each of its pushers.
struct IdleMeasurement {
    let pushers: Int
    private(set) var idleMemory = RoundSet("resident, idle, a single pusher", unit: "MB")
    private(set) var bytesPerPusher = RoundSet("memory an idle pusher", unit: "B")
    private var startUp = RoundSet("start-up with these pushers", unit: "ms")

    init(pushers: Int) {
        self.pushers = pushers
    }

    var title: String { "\(NumberText.short(Double(pushers))) idle pushers, each of a user of its own" }
    var figures: [RoundSet] { [idleMemory, bytesPerPusher, startUp] }

    mutating func runRound() async throws {
        let sidecar = try await SidecarUnderTest.start()
        defer { sidecar.remove() }
        try sidecar.setPushers(0..<1, at: [Gateway.url(port: try TCPSocket.freePort())])
        try await sidecar.finish()
        try await sidecar.start(within: .seconds(30))
        sidecar.settle()
        let empty = try sidecar.usage.residentBytes
        idleMemory.append(Double(empty) / 1e6)
        try await sidecar.finish()
        try QueueFile(path: sidecar.process.databasePath).multiplyPushers(to: pushers)
        let start = Monotonic.now
        try await sidecar.start(within: .seconds(300))
        startUp.append(Double(Monotonic.now - start) / 1e6)
        sidecar.settle()
        bytesPerPusher.append(Double(try sidecar.usage.residentBytes - empty) / Double(pushers))
    }
}
