import Glibc

/// What one run of the sidecar under load came to.
struct DeliverRun {
    /// Notifications a second, from the first PUT to the last receipt.
    let rate: Double
    /// Of the sidecar alone, a notification.
    let cpuMicroseconds: Double
    let peakMegabytes: Double
    /// From the sending of the PUT to the receipt, in nanoseconds; empty where the gateway notes no times.
    let latencies: [UInt64]

    /// Starts a sidecar, warms it up, and measures.
    /// - Parameter outstanding: Most notifications on their way; nil for as many as are taken in.
    static func measure(
        at gateway: any MeasuredGateway, _ shape: TransactionSource.Shape, _ options: DeliverCommand,
        outstanding: Int? = nil
    ) async throws -> DeliverRun {
        let sidecar = try await SidecarUnderTest.start(try SidecarUnderTest.program(), at: gateway)
        defer { sidecar.stop() }
        let source = TransactionSource(shape)
        try sidecar.setPushers(users: shape.users)
        var before = try gateway.received

        // Connections, statements and caches are warm, and the gateway's window is wide, when it begins.
        source.extend(by: max(1, min(options.notifications, 5000) / shape.recipients))
        before += try sidecar.load(connections: options.connections, source).items
        try sidecar.waitForGateway(received: before, within: 60)
        usleep(SidecarUnderTest.settlingTime)

        source.extend(by: max(1, options.notifications / shape.recipients), isTimed: true)
        var pace = LoadPace()
        pace.outstanding = outstanding
        pace.pollInterval = gateway.pollInterval
        pace.received = { try gateway.received - before }
        let cpu = try sidecar.usage.cpuNanoseconds
        let start = Monotonic.now
        let sent = try sidecar.load(connections: options.connections, source, pace).items
        let end = try sidecar.waitForGateway(received: before + sent, within: 300)
        // The last completions are committed.
        usleep(SidecarUnderTest.settlingTime)
        let used = try sidecar.usage.cpuNanoseconds - cpu
        let entries = (gateway as? BuiltInGateway)?.record.entries(before..<before + sent)
        return DeliverRun(
            rate: Double(sent) / Double(end - start) * 1e9, cpuMicroseconds: Double(used) / Double(sent) / 1e3,
            peakMegabytes: Double(try sidecar.usage.peakBytes) / 1e6, latencies: entries.map(source.latencies) ?? [])
    }
}
