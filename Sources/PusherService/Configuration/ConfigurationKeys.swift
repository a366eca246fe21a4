internal import Logging
internal import MatrixPusher

/// Every key there is, in the order in which they are shown.
enum ConfigurationKeys {
    private static let hours24 = Duration.seconds(86_400)
    private static let years = Duration.seconds(10 * 365 * 86_400)
    private static let instant = Duration.milliseconds(1)

    static let all: [ConfigurationKey] = [
        ConfigurationKey("database", \.pusher.databasePath, .path),

        ConfigurationKey("socket.path", \.socket.path, .path),
        ConfigurationKey("socket.mode", \.socket.mode, .fileMode),
        ConfigurationKey("socket.max_body", \.socket.maxBody, .number(1...1_073_741_824)),

        ConfigurationKey("push.include_content", \.pusher.push.includeContent, .flag),
        ConfigurationKey("push.group_unread_count_by_room", \.pusher.push.groupUnreadCountByRoom, .flag),
        ConfigurationKey("push.badge_updates", \.pusher.push.badgeUpdates, .flag),
        ConfigurationKey("push.jitter_delay", \.pusher.push.jitterDelay, .duration(.zero...hours24)),
        ConfigurationKey("push.event_id_only", \.pusher.push.eventIDOnly, .flag),
        ConfigurationKey("push.legacy_fields", \.pusher.push.legacyFields, .flag),
        ConfigurationKey("push.legacy_mention_rules", \.pusher.push.legacyMentionRules, .flag),

        ConfigurationKey("delivery.max_in_flight", \.pusher.delivery.maxInFlight, .number(1...65_536)),
        ConfigurationKey(
            "delivery.max_in_flight_per_gateway", \.pusher.delivery.maxInFlightPerGateway, .number(1...65_536)),
        ConfigurationKey("delivery.connect_timeout", \.pusher.delivery.connectTimeout, .duration(instant...hours24)),
        ConfigurationKey("delivery.response_timeout", \.pusher.delivery.responseTimeout, .duration(instant...hours24)),
        ConfigurationKey("delivery.max_response_size", \.pusher.delivery.maxResponseSize, .number(1...1_073_741_824)),
        ConfigurationKey("delivery.probe_initial", \.pusher.delivery.probeInitial, .duration(instant...hours24)),
        ConfigurationKey("delivery.probe_max", \.pusher.delivery.probeMax, .duration(instant...hours24)),
        ConfigurationKey("delivery.shutdown_timeout", \.pusher.delivery.shutdownTimeout, .duration(.zero...hours24)),
        ConfigurationKey("delivery.max_age.high", \.pusher.delivery.maxAgeHigh, .duration(instant...years)),
        ConfigurationKey("delivery.max_age.low", \.pusher.delivery.maxAgeLow, .duration(instant...years)),

        ConfigurationKey("retry.initial", \.pusher.retry.initial, .duration(instant...years)),
        ConfigurationKey("retry.multiplier", \.pusher.retry.multiplier, .real(1...1000)),
        ConfigurationKey("retry.max", \.pusher.retry.max, .duration(instant...years)),
        ConfigurationKey("retry.jitter", \.pusher.retry.jitter, .real(0...1)),
        ConfigurationKey("retry.give_up_after", \.pusher.retry.giveUpAfter, .duration(instant...years)),

        ConfigurationKey("queue.max_pending", \.pusher.queue.maxPending, .number(1...1_000_000_000)),
        ConfigurationKey("queue.dead_letter_retention", \.pusher.queue.deadLetterRetention, .duration(.zero...years)),
        ConfigurationKey(
            "queue.removed_pusher_retention", \.pusher.queue.removedPusherRetention, .duration(.zero...years)),

        ConfigurationKey("network.allow_http", \.pusher.network.allowHTTP, .flag),
        ConfigurationKey("network.ip_range_blocklist", \.pusher.network.ipRangeBlocklist, .optionalAddressRanges),
        ConfigurationKey("network.ip_range_allowlist", \.pusher.network.ipRangeAllowlist, .addressRanges),
        ConfigurationKey("network.proxy", \.pusher.network.proxy, .proxy),
        ConfigurationKey("network.ca_file", \.pusher.network.caFile, .optionalPath),

        ConfigurationKey("log.level", \.log.level, .word),
        ConfigurationKey("log.format", \.log.format, .word),

        ConfigurationKey("metrics.enabled", \.metricsEnabled, .flag),
    ]

    static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
    static let byEnvironmentName = Dictionary(uniqueKeysWithValues: all.map { ($0.environmentName, $0) })

    /// The paths that have keys below them: `retry`, `delivery.max_age`.
    static let sections: Set<String> = {
        var sections: Set<String> = []
        for key in all {
            let parts = key.path.split(separator: ".")
            for count in 1..<max(parts.count, 1) { sections.insert(parts[..<count].joined(separator: ".")) }
        }
        return sections
    }()

    /// Names of what may stand directly in a section; the empty path is the whole file.
    static func names(in section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in all where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if names.last != name { names.append(name) }
        }
        return names
    }

    /// Values that are right each for itself but not together.
    static func contradictions(_ configuration: ServiceConfiguration) -> [String] {
        let delivery = configuration.pusher.delivery, retry = configuration.pusher.retry
        var problems: [String] = []
        func requireOrder(_ least: Duration, _ leastKey: String, _ most: Duration, _ mostKey: String) {
            guard most < least else { return }
            problems.append(
                "\(mostKey): \(DurationText.exact(most)) is less than \(leastKey), \(DurationText.exact(least))"
            )
        }
        requireOrder(delivery.probeInitial, "delivery.probe_initial", delivery.probeMax, "delivery.probe_max")
        requireOrder(retry.initial, "retry.initial", retry.max, "retry.max")
        return problems
    }
}
