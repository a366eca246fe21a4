import ArgumentParser

/// `floor-curl`: the process of the bare libcurl loop.
struct CurlFloorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor-curl", abstract: "Run the bare libcurl loop.", shouldDisplay: false)

    @Option(help: "Where to send; several are used in turn.") var url: [String]
    @Option(help: "The certificate to trust.") var caFile: String?
    @Option(help: "Requests that are measured.") var requests: Int
    @Option(help: "Requests in flight.") var inFlight = 64
    @Option(help: "Requests before.") var warmUp = 2000

    func validate() throws {
        guard requests > 0, inFlight > 0, warmUp >= 0, !url.isEmpty else { throw ValidationError("out of range") }
    }

    func run() throws {
        let loop = try CurlLoop(CurlLoop.Options(urls: url, caFile: caFile, inFlight: inFlight))
        try loop.run(warmUp)
        print(try WorkResult.measuring(requests) { try loop.run(requests) }.json)
    }
}
