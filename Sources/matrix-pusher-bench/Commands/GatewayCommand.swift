import ArgumentParser

/// `gateway`: the process of the built-in gateway.
struct GatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Be the built-in gateway of another process.", shouldDisplay: false)

    @Option(help: "The file to record in.") var record: String
    @Option(help: "Requests that are recorded.") var capacity: Int
    @Option(help: "Ports to listen on.") var lanes: Int
    @Option(help: "The first port; 0 for any.") var port: UInt16
    @Option(help: "Milliseconds before each answer.") var delay: Int

    func validate() throws {
        guard (1...GatewayRecord.maximumPorts).contains(lanes), capacity >= 0, (0...60_000).contains(delay) else {
            throw ValidationError("out of range")
        }
    }

    func run() throws {
        let record = try GatewayRecord(path: record, capacity: capacity)
        try EpollGateway(record: record, lanes: lanes, port: port, delay: UInt64(delay) * 1_000_000).run()
    }
}
