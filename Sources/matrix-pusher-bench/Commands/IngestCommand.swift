import ArgumentParser

/// `ingest`: requests on the socket.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Measure requests on the socket, one event each, with the gateway down.")

    @OptionGroup var measuring: MeasuringOptions

    @Option(help: "Requests a round.")
    var requests = 20_000
    @Option(parsing: .upToNextOption, help: "Connections; several numbers are measured in turn.")
    var connections = [1, 16]

    func validate() throws {
        guard (1...10_000_000).contains(requests),
            connections.allSatisfy((1...LoadPace.maximumConnections).contains)
        else { throw ValidationError("a number is out of range") }
    }

    func run() async throws {
        let report = Report(command: "ingest", isJSON: measuring.json)
        for connections in connections {
            var measurement = IngestMeasurement(connections: connections, requests: requests)
            for _ in 0..<measuring.rounds { try await measurement.runRound() }
            report.print(measurement.title, measurement.figures)
        }
    }
}
