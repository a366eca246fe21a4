import Glibc
import SidecarHarness

/// One size of `backlog`, measured in rounds: notifications pile up at a gateway that is down, while another one is up.
struct BacklogMeasurement {
    /// Notifications that wait.
    let size: Int
    private let settings: DeliverSettings
    private let batch: Int

    private(set) var enqueueRate = RoundSet("enqueue, gateway down", unit: "/s")
    private var enqueueCPU = RoundSet("CPU of the sidecar a notification enqueued", unit: "µs")
    private var enqueueFloor: RoundSet
    private(set) var memory = RoundSet("resident, with this backlog", unit: "MB")
    private(set) var bytesPerItem = RoundSet("memory a pending item, filled", unit: "B")
    private(set) var restartedBytesPerItem = RoundSet("memory a pending item, restarted", unit: "B")
    private var startUp = RoundSet("start-up with this backlog", unit: "ms")
    private var emptyStartUp = RoundSet("start-up, empty", unit: "ms")
    private var scan = RoundSet("floor: bare scan of the same file", unit: "ms")
    private(set) var liveRate = RoundSet("rate to another gateway meanwhile", unit: "/s")
    private(set) var liveCPU = RoundSet("CPU of the sidecar a notification there", unit: "µs")
    private(set) var drainRate = RoundSet("draining", unit: "/s")
    private var drainCPU = RoundSet("CPU of the sidecar a notification drained", unit: "µs")

    init(size: Int, batch: Int, _ settings: DeliverSettings) {
        self.size = size
        self.batch = batch
        self.settings = settings
        enqueueFloor = RoundSet("floor: bare SQLite insert, \(batch) a commit", unit: "/s")
    }

    var title: String { "\(NumberText.short(Double(size))) pending, batches of \(batch), 1 recipient an event" }
    var enqueueRatio: RoundSet { enqueueRate.ratio(to: enqueueFloor, "enqueue ÷ bare SQLite") }
    var startUpRatio: RoundSet { startUp.ratio(to: scan, "start-up ÷ bare scan") }
    var drainRatio: RoundSet { drainRate.ratio(to: liveRate, "draining ÷ rate to another gateway") }

    var figures: [RoundSet] {
        [
            enqueueRate, enqueueCPU, enqueueFloor, enqueueRatio, memory, bytesPerItem,
            restartedBytesPerItem, emptyStartUp, startUp, scan, startUpRatio, liveRate, liveCPU, drainRate, drainCPU,
            drainRatio,
        ]
    }

    /// Lets the notifications pile up, and restarts the sidecar with them.
    mutating func fill() async throws -> FilledQueue {
        let queue = try await FilledQueue(settings)
        do {
            try await fill(queue)
        } catch {
            queue.remove()
            throw error
        }
        return queue
    }

    private mutating func fill(_ queue: FilledQueue) async throws {
        // Until now there were users to set: idle is what a fresh start takes.
        let sidecar = queue.sidecar
        try await sidecar.finish()
        emptyStartUp.append(try await start(sidecar))
        sidecar.settle()
        let empty = try sidecar.usage.residentBytes

        try fill(sidecar, queue.waitingUsers, empty: empty)
        enqueueFloor.append(try await Floors().sqlite(.append, rows: size, batch: batch).rate)

        try await sidecar.finish()
        scan.append(Double(try await Floors().scan(sidecar.process.databasePath, rows: size).nanoseconds) / 1e6)
        startUp.append(try await start(sidecar))
        sidecar.settle()
        restartedBytesPerItem.append(Double(try sidecar.usage.residentBytes - empty) / Double(size))
    }

    /// Adds what another gateway was sent at meanwhile.
    mutating func append(_ runs: [DeliverRun]) {
        liveRate.append(RoundSet("", unit: "", values: runs.map(\.rate)).median)
        liveCPU.append(RoundSet("", unit: "", values: runs.map(\.cpuMicroseconds)).median)
    }

    /// Opens the gateway, and waits until it has received everything.
    mutating func drain(_ queue: FilledQueue) async throws {
        let opened = try await Gateway.start(builtIn: settings.isBuiltIn, port: queue.port)
        defer { opened.stop() }
        try drain(queue.sidecar, to: opened)
    }

    private mutating func fill(_ sidecar: SidecarUnderTest, _ users: Range<Int>, empty: Int) throws {
        let source = TransactionSource(TransactionSource.Shape(batch: batch, users: users))
        source.extend(by: size)
        let cpu = try sidecar.usage.cpuNanoseconds
        let start = Monotonic.now
        let filled = try sidecar.load(source, connections: settings.connections).items
        enqueueRate.append(Double(filled) / Double(Monotonic.now - start) * 1e9)
        enqueueCPU.append(Double(try sidecar.usage.cpuNanoseconds - cpu) / Double(filled) / 1e3)
        guard filled == size else { throw HarnessError("\(size) is no multiple of the batch, \(batch)") }
        sidecar.settle()
        let resident = try sidecar.usage.residentBytes
        memory.append(Double(resident) / 1e6)
        bytesPerItem.append(Double(resident - empty) / Double(size))
    }

    private mutating func drain(_ sidecar: SidecarUnderTest, to gateway: any MeasuredGateway) throws {
        // From the first request on: until then the sidecar waits for the next probe.
        let opened = Monotonic.now
        while try gateway.received == 0, Monotonic.now - opened < 60_000_000_000 { usleep(1000) }
        let cpu = try sidecar.usage.cpuNanoseconds
        let start = Monotonic.now
        let end = try sidecar.wait(for: gateway, received: size, within: 120 + size / 1000)
        drainRate.append(Double(size) / Double(end - start) * 1e9)
        sidecar.settle()
        drainCPU.append(Double(try sidecar.usage.cpuNanoseconds - cpu) / Double(size) / 1e3)
    }

    /// Milliseconds until the socket answers.
    private func start(_ sidecar: SidecarUnderTest) async throws -> Double {
        let start = Monotonic.now
        try await sidecar.start(within: .seconds(300))
        return Double(Monotonic.now - start) / 1e6
    }
}

extension BacklogMeasurement {
    /// What each further item takes, beyond a smaller backlog: caches are full by then.
    func bytesPerItem(over smaller: BacklogMeasurement) -> RoundSet {
        let bytes = zip(memory.values, smaller.memory.values).map { ($0 - $1) * 1e6 / Double(size - smaller.size) }
        return RoundSet("memory each further pending item", unit: "B", values: bytes)
    }
}
