import SidecarHarness

/// Instructions a notification takes, measured in rounds: each program is run with two amounts of work, and the difference
/// is what the work itself takes.
struct InstructionsMeasurement {
    private let shape: TransactionSource.Shape
    private let amounts: (Int, Int)
    private let isBuiltIn: Bool

    private var sidecar = RoundSet("sidecar, a notification", unit: "")
    private var curl = RoundSet("floor: bare libcurl loop, a request", unit: "")
    private var sqlite = RoundSet("floor: bare SQLite insert and delete", unit: "")
    private let connections = 4

    init(_ shape: TransactionSource.Shape, notifications: Int, isBuiltIn: Bool) {
        self.shape = shape
        self.isBuiltIn = isBuiltIn
        let unit = shape.batch * shape.recipients
        let less = max(unit, notifications / 4 / unit * unit)
        amounts = (less, less + max(unit, notifications / unit * unit))
    }

    var title: String { "instructions, batches of \(shape.batch), \(shape.recipients) recipient(s) an event" }
    var figures: [RoundSet] { [sidecar, curl, sqlite, ratio] }
    var ratio: RoundSet {
        let sum = RoundSet("", unit: "", values: zip(curl.values, sqlite.values).map { $0 + $1 })
        return sidecar.ratio(to: sum, "sidecar ÷ (libcurl loop + SQLite)")
    }

    mutating func runRound() async throws {
        sidecar.append(try await difference(countSidecar))
        let gateway = try await Gateway.start(builtIn: isBuiltIn)
        defer { gateway.stop() }
        let floors = try Floors()
        let floorBatch = shape.unanswered(on: connections)
        curl.append(
            try await difference {
                try await countFloor(floors.curlArguments(gateway, requests: $0) + ["--warm-up", "64"])
            })
        sqlite.append(
            try await difference {
                try await countFloor(
                    floors.sqliteArguments(.cycle, rows: $0, batch: floorBatch) + ["--warm-up", "512"])
            })
    }

    private func difference(_ count: (Int) async throws -> Int) async throws -> Double {
        let less = try await count(amounts.0)
        let more = try await count(amounts.1)
        return Double(more - less) / Double(amounts.1 - amounts.0)
    }

    private func countSidecar(_ notifications: Int) async throws -> Int {
        let gateway = try await Gateway.start(builtIn: isBuiltIn)
        defer { gateway.stop() }
        let folder = try Leftovers.makeFolder()
        defer { Leftovers.remove(folder) }
        let callgrind = try await Callgrind(try SidecarUnderTest.program(), in: folder)
        let sidecar = try await SidecarUnderTest.start(as: callgrind.command)
        defer { sidecar.remove() }
        try sidecar.setPushers(shape.users, at: gateway.urls)
        let source = TransactionSource(shape)
        source.extend(by: notifications / shape.recipients)
        let sent = try sidecar.load(source, connections: connections).items
        try sidecar.wait(for: gateway, received: sent, within: 600)
        sidecar.settle()
        try await sidecar.finish(within: .seconds(120))
        return try callgrind.instructions()
    }

    private func countFloor(_ arguments: [String]) async throws -> Int {
        let folder = try Leftovers.makeFolder()
        defer { Leftovers.remove(folder) }
        let callgrind = try await Callgrind(try ChildProcess.runningProgram(), in: folder)
        let database = arguments[0] == "floor-sqlite" ? ["--database", folder.file("floor.db")] : []
        let helper = try Helper(
            callgrind.command[0], callgrind.command.dropFirst() + arguments + database, name: "valgrind", in: folder)
        _ = try await helper.finish(within: .seconds(600))
        return try callgrind.instructions()
    }
}
