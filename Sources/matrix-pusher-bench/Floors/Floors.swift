import SidecarHarness

/// The floors, each measured in a process of its own, as the sidecar is.
struct Floors {
    private let program: String

    init() throws {
        program = try ChildProcess.runningProgram()
    }

    /// The bare libcurl loop, with as many requests in flight as the sidecar has at one gateway.
    func curl(_ gateway: any MeasuredGateway, requests: Int, inFlight: Int = 64) async throws -> WorkResult {
        try await run(curlArguments(gateway, requests: requests, inFlight: inFlight))
    }

    func curlArguments(_ gateway: any MeasuredGateway, requests: Int, inFlight: Int = 64) -> [String] {
        ["floor-curl", "--requests", "\(requests)", "--in-flight", "\(inFlight)"]
            + gateway.urls.flatMap { ["--url", $0] } + (gateway.caFile.map { ["--ca-file", $0] } ?? [])
    }

    /// The bare SQLite queue, with so many notifications a commit.
    func sqlite(_ work: SQLiteFloorCommand.Work, rows: Int, batch: Int) async throws -> WorkResult {
        try await run(sqliteArguments(work, rows: rows, batch: batch))
    }

    func sqliteArguments(_ work: SQLiteFloorCommand.Work, rows: Int, batch: Int) -> [String] {
        ["floor-sqlite", "--work", work.rawValue, "--rows", "\(rows)", "--batch", "\(batch)"]
    }

    /// Reads a queue of matrix-pusher's, which must not be running.
    func scan(_ path: String, rows: Int) async throws -> WorkResult {
        try await run(sqliteArguments(.scan, rows: rows, batch: 1) + ["--database", path])
    }

    /// Commits of one row, so many a second.
    func commits(rate: Double, seconds: Int) async throws -> Percentiles {
        let output = try await output(["floor-commit", "--rate", "\(rate)", "--seconds", "\(seconds)"])
        return try CommitTimes(parsing: output).percentiles
    }

    private func run(_ arguments: [String]) async throws -> WorkResult {
        try WorkResult(parsing: try await output(arguments))
    }

    private func output(_ arguments: [String]) async throws -> String {
        let folder = try Leftovers.makeFolder()
        defer { Leftovers.remove(folder) }
        let needsDatabase = arguments[0] != "floor-curl" && !arguments.contains("--database")
        let database = !needsDatabase ? [] : ["--database", folder.file("floor.db")]
        let helper = try Helper(program, arguments + database, name: arguments[0], in: folder)
        return try await helper.finish(within: .seconds(1800))
    }
}
