import SidecarHarness
import Testing

extension EndToEndTests {
    @Suite struct DemoCommand {
        @Test func theDemonstrationSucceedsAndLeavesNothingBehind() async throws {
            try await Bench.run(start: false) { bench in
                let result = try await bench.sidecar.run(["demo"], within: .seconds(60))
                #expect(result.exit == .code(0), "\(result.output)\(result.errors)")
                let verdict = result.output.split(separator: "\n").last
                #expect(verdict?.hasPrefix("demo: ok — 26 notifications, 0 missing, 0 doubled") == true)
                let line = result.output.split(separator: "\n").first { $0.contains("(socket ") }
                let socket = try #require(line?.split(separator: "(socket ").last?.prefix { $0 != ")" })
                await #expect(throws: (any Error).self) {
                    try await SidecarClient(socketPath: String(socket)).get("/health")
                }
            }
        }
    }
}
