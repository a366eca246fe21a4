/// One case of `deliver`, measured in rounds: the sidecar, then its floors.
struct DeliverMeasurement {
    private let kind: GatewayProtocol
    private let shape: TransactionSource.Shape
    private let settings: DeliverSettings

    private var rate = RoundSet("end-to-end rate", unit: "/s")
    private var cpu = RoundSet("CPU of the sidecar a notification", unit: "µs")
    private var peak = RoundSet("peak memory", unit: "MB")
    private var latency = Percentiles.names.map { RoundSet("latency \($0)", unit: "ms") }
    private var curlRate = RoundSet("floor: bare libcurl loop", unit: "/s")
    private var curlCPU = RoundSet("floor: CPU of the libcurl loop", unit: "µs")
    /// Notifications a commit of the bare SQLite queue.
    private let floorBatch: Int
    private var sqliteRate: RoundSet
    private var sqliteCPU = RoundSet("floor: CPU of SQLite", unit: "µs")
    private var wrk = RoundSet("wrk at the same gateway", unit: "/s")

    init(_ kind: GatewayProtocol, _ shape: TransactionSource.Shape, _ settings: DeliverSettings) {
        self.kind = kind
        self.shape = shape
        self.settings = settings
        floorBatch = shape.unanswered(on: settings.connections)
        sqliteRate = RoundSet("floor: bare SQLite insert and delete, \(floorBatch) a commit", unit: "/s")
    }

    var title: String {
        let recipients = shape.recipients == 1 ? "1 recipient" : "\(shape.recipients) recipients"
        return
            "\(kind.title), batches of \(shape.batch), \(recipients) an event, \(Gateway.name(kind, builtIn: settings.isBuiltIn))"
    }

    /// CPU of the sidecar divided by that of both floors.
    var cpuRatio: RoundSet {
        let sum = RoundSet("", unit: "", values: zip(curlCPU.values, sqliteCPU.values).map { $0 + $1 })
        return cpu.ratio(to: sum, "CPU ÷ (libcurl loop + SQLite)")
    }

    var rateRatio: RoundSet { rate.ratio(to: curlRate, "rate ÷ libcurl loop") }

    var figures: [RoundSet] {
        [rate, cpu, peak] + latency + [curlRate, curlCPU, sqliteRate, sqliteCPU, wrk, rateRatio, cpuRatio]
    }

    mutating func runRound() async throws {
        let gateway = try await Gateway.start(kind, builtIn: settings.isBuiltIn)
        defer { gateway.stop() }
        try await measure(at: gateway)
        if settings.withFloors { try await measureFloors(at: gateway) }
        if kind == .http, settings.withLatency { try await measureLatency() }
    }

    private mutating func measure(at gateway: any MeasuredGateway) async throws {
        let run = try await DeliverRun.fresh(at: gateway, shape, settings)
        rate.append(run.rate)
        cpu.append(run.cpuMicroseconds)
        peak.append(run.peakMegabytes)
    }

    private mutating func measureLatency() async throws {
        let gateway = try BuiltInGateway(capacity: settings.notifications * 2 + 100_000)
        defer { gateway.stop() }
        let run = try await DeliverRun.fresh(at: gateway, shape, settings, outstanding: settings.outstanding)
        guard let percentiles = Percentiles(nanoseconds: run.latencies) else { return }
        for (index, value) in percentiles.values.enumerated() { latency[index].append(value) }
    }

    private mutating func measureFloors(at gateway: any MeasuredGateway) async throws {
        let floors = try Floors()
        let curl = try await floors.curl(gateway, requests: settings.notifications)
        curlRate.append(curl.rate)
        curlCPU.append(curl.cpuMicroseconds)
        let sqlite = try await floors.sqlite(.cycle, rows: settings.notifications, batch: floorBatch)
        sqliteRate.append(sqlite.rate)
        sqliteCPU.append(sqlite.cpuMicroseconds)
        // wrk does not speak HTTP/2.
        if WrkFloor.isAvailable, kind != .http2 { wrk.append(try await WrkFloor.rate(gateway)) }
    }
}
