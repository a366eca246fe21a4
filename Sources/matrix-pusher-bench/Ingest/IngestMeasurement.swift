/// One case of `ingest`, measured in rounds: requests on the socket while nothing can be delivered, then bare commits.
struct IngestMeasurement {
    let connections: Int
    let requests: Int

    private var rate = RoundSet("requests on the socket", unit: "/s")
    private var cpu = RoundSet("CPU of the sidecar a request", unit: "µs")
    private var floor: RoundSet

    init(connections: Int, requests: Int) {
        self.connections = connections
        self.requests = requests
        floor = RoundSet("floor: bare SQLite, \(connections) a commit", unit: "/s")
    }

    var title: String {
        "batches of 1, 1 recipient, \(connections) connection\(connections == 1 ? "" : "s"), gateway down"
    }
    var figures: [RoundSet] { [rate, cpu, floor, rate.ratio(to: floor, "rate ÷ bare SQLite")] }

    mutating func runRound() async throws {
        let sidecar = try await SidecarUnderTest.start()
        defer { sidecar.remove() }
        let source = TransactionSource(TransactionSource.Shape(batch: 1))
        try sidecar.setPushers(source.shape.users, at: [Gateway.url(port: try TCPSocket.freePort())])
        source.extend(by: min(1000, requests))
        try sidecar.load(source, connections: connections)

        source.extend(by: requests)
        let before = try sidecar.usage.cpuNanoseconds
        let start = Monotonic.now
        try sidecar.load(source, connections: connections)
        let elapsed = Monotonic.now - start
        let used = try sidecar.usage.cpuNanoseconds - before
        rate.append(Double(requests) / Double(elapsed) * 1e9)
        cpu.append(Double(used) / Double(requests) / 1e3)
        floor.append(try await Floors().sqlite(.append, rows: requests, batch: connections).rate)
    }
}
