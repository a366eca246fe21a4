internal import PushGateway

extension PusherConfiguration {
    /// What the transfer loops need to know.
    /// - Throws: ``PusherError`` that names the setting that can not be used.
    func gatewayClient() throws(PusherError) -> GatewayClientConfiguration {
        var client = GatewayClientConfiguration(version: matrixPusherVersion)
        client.connectTimeout = delivery.connectTimeout
        client.responseTimeout = delivery.responseTimeout
        client.maximumResponseSize = delivery.maxResponseSize
        client.allowHTTP = network.allowHTTP
        let blocklist = try network.ipRangeBlocklist.map { ranges throws(PusherError) in
            try Self.ranges(ranges, "network.ip_range_blocklist")
        }
        client.addressPolicy = AddressPolicy(
            blocklist: blocklist ?? AddressPolicy.notGloballyReachable,
            allowlist: try Self.ranges(network.ipRangeAllowlist, "network.ip_range_allowlist"))
        client.proxy = try forwardProxy()
        client.caFile = network.caFile
        return client
    }

    /// The loops that will send, not started yet.
    /// - Throws: ``PusherError`` that names the setting that can not be used, or says that libcurl can not be set up.
    func transferLoops() throws(PusherError) -> [TransferLoop] {
        let client = try gatewayClient()
        let maximum = max(1, delivery.maxInFlight)
        // One multi handle slows down with thousands of transfers; a core can feed one or two handles.
        let count = max(1, min((maximum + 127) / 128, SystemInformation.processorCount))
        var loops: [TransferLoop] = []
        do throws(TransferFailure) {
            for index in 0..<count {
                let capacity = maximum / count + (index < maximum % count ? 1 : 0)
                loops.append(try TransferLoop(configuration: client, capacity: capacity))
            }
        } catch {
            throw PusherError(.unusable, "libcurl can not be set up: \(error)")
        }
        return loops
    }

    /// Checks everything about how gateways are reached, the environment's proxy included.
    /// - Throws: ``PusherError`` that names the setting that can not be used.
    package func checkNetwork() throws(PusherError) { _ = try gatewayClient() }

    private func forwardProxy() throws(PusherError) -> ForwardProxy {
        guard let proxy = network.proxy else { return .none }
        if proxy == Network.environmentProxy {
            do throws(ForwardProxyError) { return try ForwardProxy.fromEnvironment() } catch {
                throw PusherError(.unusable, "network.proxy: \(error)")
            }
        }
        do throws(GatewayURLError) { return try ForwardProxy(proxy) } catch {
            throw PusherError(.unusable, "network.proxy: \(error)")
        }
    }

    private static func ranges(_ texts: [String], _ key: String) throws(PusherError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for text in texts {
            do throws(AddressRangeError) {
                ranges.append(try AddressRange(text))
            } catch {
                throw PusherError(.unusable, "\(key): \(error)")
            }
        }
        return ranges
    }
}
