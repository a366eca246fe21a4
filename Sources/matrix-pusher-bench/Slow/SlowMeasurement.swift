import Glibc
import SidecarHarness

/// One case of `slow`, measured in rounds: gateways that answer late, then the same load at one that answers at once.
struct SlowMeasurement {
    /// Gateways that share the requests.
    let lanes: Int
    let inFlight: Int
    /// Milliseconds before each answer.
    let delay: Int
    /// Of each round, once the window has grown.
    let seconds: Int

    private(set) var share = RoundSet("share of the ideal rate", unit: "")
    private var rate = RoundSet("rate", unit: "/s")
    private var cpu = RoundSet("CPU of the sidecar a notification", unit: "µs")
    private var fastCPU = RoundSet("the same at a fast gateway", unit: "µs")
    private var waiting = RoundSet("in flight, as the gateway sees it", unit: "")
    private var rampUp = RoundSet("until the rate was reached", unit: "s")

    init(lanes: Int, inFlight: Int, delay: Int, seconds: Int) {
        self.lanes = lanes
        self.inFlight = inFlight
        self.delay = delay
        self.seconds = seconds
    }

    /// Requests a second, were there nothing but waiting.
    var ideal: Double { Double(inFlight) * 1000 / Double(delay) }
    var title: String {
        "\(NumberText.short(Double(inFlight))) in flight, answers after \(delay) ms, "
            + (lanes == 1 ? "one gateway" : "\(lanes) gateways")
    }
    var figures: [RoundSet] { [rate, share, cpu, fastCPU, cpuRatio, waiting, rampUp] }
    var cpuRatio: RoundSet { cpu.ratio(to: fastCPU, "CPU ÷ at a fast gateway") }

    mutating func runRound() async throws {
        let slow = try await measure(delay: delay)
        rate.append(slow.rate)
        share.append(slow.rate / ideal)
        cpu.append(slow.cpuMicroseconds)
        waiting.append(Double(slow.waiting))
        rampUp.append(slow.rampUpSeconds)
        fastCPU.append(try await measure(delay: 0).cpuMicroseconds)
    }

    private struct Run {
        let rate: Double
        let cpuMicroseconds: Double
        let waiting: Int
        let rampUpSeconds: Double
    }

    private func measure(delay: Int) async throws -> Run {
        let gateway = try BuiltInGateway(lanes: lanes, delay: delay, capacity: 0)
        defer { gateway.stop() }
        let perGateway = lanes == 1 ? inFlight : min(inFlight, max(64, inFlight * 2 / lanes))
        let sidecar = try await SidecarUnderTest.start(
            options: delay == 0
                ? "" : "delivery: {max_in_flight: \(inFlight), max_in_flight_per_gateway: \(perGateway)}")
        defer { sidecar.remove() }
        let shape = TransactionSource.Shape(batch: 64, users: 0..<max(2048, inFlight * 4))
        try sidecar.setPushers(shape.users, at: gateway.urls)
        let source = TransactionSource(shape)
        source.extend(by: .max / 2)
        var feed = Feed(sidecar: sidecar, gateway: gateway, source: source, outstanding: Int(ideal))

        // The window begins small and grows with each success.
        let start = Monotonic.now
        var last = 0.0
        while true {
            let rate = try feed.run(seconds: 1)
            let isSteady = last > 0 && abs(rate - last) < last / 50 && (delay == 0 || rate > ideal / 2)
            if isSteady || rate > ideal * 0.95 || Monotonic.now - start > 90_000_000_000 { break }
            last = rate
        }
        let rampUp = Double(Monotonic.now - start) / 1e9

        let cpu = try sidecar.usage.cpuNanoseconds
        let received = gateway.received
        let begin = Monotonic.now
        try feed.run(seconds: seconds)
        let waiting = gateway.record.waiting
        let count = Double(gateway.received - received)
        let elapsed = Double(Monotonic.now - begin)
        let used = Double(try sidecar.usage.cpuNanoseconds - cpu)
        guard count > 0 else { throw HarnessError("the slow gateway received nothing\n\(sidecar.process.output)") }
        return Run(
            rate: count / elapsed * 1e9, cpuMicroseconds: used / count / 1e3, waiting: waiting, rampUpSeconds: rampUp)
    }

    /// Keeps work in the sidecar's queue, a second's worth and no more.
    private struct Feed {
        let sidecar: SidecarUnderTest
        let gateway: BuiltInGateway
        let source: TransactionSource
        let outstanding: Int
        private var sent = 0

        init(sidecar: SidecarUnderTest, gateway: BuiltInGateway, source: TransactionSource, outstanding: Int) {
            self.sidecar = sidecar
            self.gateway = gateway
            self.source = source
            self.outstanding = outstanding
        }

        /// - Returns: What the gateway received a second meanwhile.
        @discardableResult
        mutating func run(seconds: Int) throws -> Double {
            let sentBefore = sent
            let gateway = gateway
            let received = gateway.received
            let start = Monotonic.now
            var pace = LoadPace()
            pace.outstanding = outstanding
            pace.received = { gateway.received - sentBefore }
            pace.deadline = start + UInt64(seconds) * 1_000_000_000
            sent += try sidecar.load(source, connections: 4, pace).items
            return Double(gateway.received - received) / Double(Monotonic.now - start) * 1e9
        }
    }
}
