import SidecarHarness

/// What the gateway can take at most: `wrk` with the same body, 64 connections and one thread.
enum WrkFloor {
    static var isAvailable: Bool { Helper.find("wrk") != nil }

    /// Requests a second.
    static func rate(_ gateway: any MeasuredGateway, seconds: Int = 1) async throws -> Double {
        guard let wrk = Helper.find("wrk") else { throw HarnessError("wrk is not installed") }
        let folder = try Leftovers.makeFolder()
        defer { Leftovers.remove(folder) }
        let body = String(decoding: try EventText.notification(), as: UTF8.self)
        let script = """
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            wrk.body = [==[\(body)]==]
            """
        try folder.write(script, to: "post.lua")
        let helper = try Helper(
            wrk, ["-t1", "-c64", "-d\(seconds)s", "-s", folder.file("post.lua"), gateway.urls[0]], name: "wrk",
            in: folder)
        let output = try await helper.finish(within: .seconds(seconds + 20))
        let lines = output.split(separator: "\n")
        guard let rate = lines.first(where: { $0.hasPrefix("Requests/sec:") })?.split(separator: " ").last,
            let value = Double(rate), !output.contains("Non-2xx")
        else { throw HarnessError("wrk printed no rate: \(output)") }
        return value
    }
}
