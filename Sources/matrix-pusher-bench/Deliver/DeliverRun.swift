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

    /// Starts a sidecar, and measures it.
    static func fresh(
        at gateway: any MeasuredGateway, _ shape: TransactionSource.Shape, _ settings: DeliverSettings,
        outstanding: Int? = nil
    ) async throws -> DeliverRun {
        let sidecar = try await SidecarUnderTest.start(caFile: gateway.caFile)
        defer { sidecar.remove() }
        try sidecar.setPushers(shape.users, at: gateway.urls)
        let source = TransactionSource(shape)
        try warmUp(sidecar, at: gateway, source, settings)
        return try measure(sidecar, at: gateway, source, settings, outstanding: outstanding)
    }

    /// Sends a little, so that connections, statements and caches are warm, and the gateway's window is wide.
    static func warmUp(
        _ sidecar: SidecarUnderTest, at gateway: any MeasuredGateway, _ source: TransactionSource,
        _ settings: DeliverSettings
    ) throws {
        let before = try gateway.received
        source.extend(by: max(1, min(settings.notifications, 5000) / source.shape.recipients))
        let sent = try sidecar.load(source, connections: settings.connections).items
        try sidecar.wait(for: gateway, received: before + sent, within: 60)
        sidecar.settle()
    }

    /// - Parameters:
    ///   - outstanding: Most notifications on their way; nil for as many as are taken in.
    ///   - rate: Transactions a second; nil for as many as are answered.
    static func measure(
        _ sidecar: SidecarUnderTest, at gateway: any MeasuredGateway, _ source: TransactionSource,
        _ settings: DeliverSettings, outstanding: Int? = nil, rate: Double? = nil
    ) throws -> DeliverRun {
        let before = try gateway.received
        source.extend(by: max(1, settings.notifications / source.shape.recipients), isTimed: true)
        var pace = LoadPace()
        pace.outstanding = outstanding
        pace.rate = rate
        pace.pollInterval = gateway.pollInterval
        pace.received = { try gateway.received - before }
        let cpu = try sidecar.usage.cpuNanoseconds
        let start = Monotonic.now
        let sent = try sidecar.load(source, connections: settings.connections, pace).items
        let end = try sidecar.wait(for: gateway, received: before + sent, within: 300)
        // The last completions are committed.
        sidecar.settle()
        let used = try sidecar.usage.cpuNanoseconds - cpu
        // Nothing may have come twice meanwhile.
        try sidecar.wait(for: gateway, received: before + sent, within: 1)
        let entries = (gateway as? BuiltInGateway)?.record.entries(before..<before + sent)
        return DeliverRun(
            rate: Double(sent) / Double(end - start) * 1e9, cpuMicroseconds: Double(used) / Double(sent) / 1e3,
            peakMegabytes: Double(try sidecar.usage.peakBytes) / 1e6, latencies: entries.map(source.latencies) ?? [])
    }
}
