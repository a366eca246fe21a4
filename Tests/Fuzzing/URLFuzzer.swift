import CCurl
import Glibc

@testable import PushGateway

/// A text as a gateway's URL, a proxy's, an address and a range of addresses.
///
/// Whatever form a URL gives an address in, it is judged as the address that libcurl then connects to; a name leads back to
/// itself; IPv6 addresses that stand for an IPv4 address are judged like it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzURL(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
    if let url = try? GatewayURL(text) {
        checkURL(url)
        _ = ProxyExceptions(text).contain(url.host)
    }
    if let proxy = try? ForwardProxy(text) { precondition(proxy.uniformURL == text, "another proxy") }
    if let address = IPAddress(text) {
        precondition(IPAddress(address.description) == address, "an address that reads back as another")
        precondition(numericAddress(text) == address, "the system reads another address")
        checkPolicy(for: address)
    }
    if let range = try? AddressRange(text) { checkRange(range) }
    return 0
}

// MARK: URLs

private func checkURL(_ url: GatewayURL) {
    precondition(url.scheme == "http" || url.scheme == "https", "another scheme")
    precondition((0...65535).contains(url.port), "no port")
    precondition(!url.host.isEmpty && url.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "no host")
    precondition(url.host == url.host.lowercased(), "upper case")

    // Lanes are told apart by the name, and requests made by what libcurl puts together; of a URL of the greatest length
    // that may be longer, for an address is written out.
    guard let request = url.requestText else { preconditionFailure("no request") }
    let isLonger = request.utf8.count > GatewayURL.maximumLength
    for text in [url.name + GatewayURL.requiredPath] + (isLonger ? [] : [request]) {
        guard let again = try? GatewayURL(text) else { preconditionFailure("not readable again") }
        precondition(again.name == url.name && again.address == url.address, "another gateway")
    }
    guard let named = try? GatewayURL(url.name + GatewayURL.requiredPath) else { preconditionFailure("no name") }
    precondition(named.path == GatewayURL.requiredPath && !named.hasCredentials, "the name has more than a name")
    do throws(GatewayURLError) {
        try named.validateForRegistration(allowHTTP: true)
    } catch {
        preconditionFailure("the gateway itself cannot be registered")
    }

    // A user name may look like a host.
    let written = url.hasCredentials ? nil : writtenHost(url.text).flatMap(numericAddress)
    precondition(written == nil || written == url.address, "the system takes the host as written for another address")
    let host = url.host.hasPrefix("[") ? String(url.host.dropFirst().dropLast()) : url.host
    if let address = numericAddress(host) {
        precondition(address == url.address, "the system takes the host for another address")
        let connected = connectedAddress(url)
        // Where the machine has no IPv6, or there is a NUL in a user name or password, libcurl gives up earlier.
        let isRefused = url.hasCredentials && url.text.contains("%00")
        precondition(
            connected == address || connected == nil && (!address.isIPv4 || isRefused),
            "libcurl connects to another address")
        checkPolicy(for: address)
    } else if let address = url.address {
        precondition(isLocal(host) && !defaultPolicy.permits(address), "an address to us, but not to the system")
    }
}

/// Names that mean this machine to every resolver (RFC 6761).
private func isLocal(_ host: String) -> Bool {
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    return labels.last == "localhost" || labels.suffix(2) == ["localhost", ""]
}

/// The host of a URL that has nothing in it but digits, letters and dots, before anyone has put it right; without a dot at
/// the end, after which the system takes nothing for an address.
private func writtenHost(_ text: String) -> String? {
    let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
    let rest = text.utf8[scheme.endIndex...]
    guard rest.starts(with: "://".utf8) else { return nil }
    let host = rest.dropFirst(3).prefix {
        $0 == UInt8(ascii: ".") || Unicode.Scalar($0).properties.isASCIIHexDigit || $0 | 0x20 == UInt8(ascii: "x")
    }
    let end = text.utf8[host.endIndex...].first
    guard end == nil || end == UInt8(ascii: "/") || end == UInt8(ascii: ":") else { return nil }
    return String(host.last == UInt8(ascii: ".") ? host.dropLast() : host)
}

/// What the system's resolver takes a host for without asking anyone; nil for a name.
private func numericAddress(_ host: String) -> IPAddress? {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &found) == 0, let found else { return nil }
    defer { freeaddrinfo(found) }
    return address(of: found.pointee.ai_addr)
}

private func address(of socket: UnsafeRawPointer) -> IPAddress? {
    switch Int32(socket.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET:
        var bytes = socket.loadUnaligned(as: sockaddr_in.self).sin_addr
        return withUnsafeBytes(of: &bytes) { IPAddress(bytes: Array($0)) }
    case AF_INET6:
        var bytes = socket.loadUnaligned(as: sockaddr_in6.self).sin6_addr
        return withUnsafeBytes(of: &bytes) { IPAddress(bytes: Array($0)) }
    default: return nil
    }
}

/// What libcurl would connect a socket to for a URL whose host is an address; nothing is sent.
private func connectedAddress(_ url: GatewayURL) -> IPAddress? {
    guard let easy = curl_easy_init() else { return nil }
    defer { curl_easy_cleanup(easy) }
    lastPeer = nil
    _ = ccurl_set_url(easy, url.handle)
    _ = ccurl_set_string(easy, CURLOPT_PROXY, "")
    _ = ccurl_set_open_socket_function(
        easy,
        { _, _, peer in
            var bytes = [UInt8](repeating: 0, count: 16)
            let count = ccurl_peer_address(peer, &bytes)
            lastPeer = IPAddress(bytes: bytes.prefix(Int(count)))
            return -1
        }, nil)
    _ = curl_easy_perform(easy)
    return lastPeer
}

/// The fuzzer has one thread.
nonisolated(unsafe) private var lastPeer: IPAddress?

// MARK: Policy

private let defaultPolicy = AddressPolicy()

private func checkPolicy(for address: IPAddress) {
    let isPermitted = defaultPolicy.permits(address)
    precondition(defaultPolicy.permits(address.canonical) == isPermitted, "the mapped address is judged otherwise")
    for carried in address.embeddedIPv4 where isPermitted {
        precondition(defaultPolicy.permits(carried.address), "a blocked address got through inside another")
    }
    guard address.isIPv4 else { return }
    let bits = address.high >> 32
    let mapped = IPAddress(ipv6: 0, 0xFFFF_0000_0000 | bits)
    precondition(defaultPolicy.permits(mapped) == isPermitted, "the mapped form is judged otherwise")
    let carriers = [
        IPAddress(ipv6: 0, bits), IPAddress(ipv6: 0x0064_FF9B_0000_0000, bits),
        IPAddress(ipv6: 0x0064_FF9B_0001_0000, bits), IPAddress(ipv6: 0x2002_0000_0000_0000 | bits << 16, 1),
        IPAddress(ipv6: 0x2001_0000_0102_0304, ~bits & 0xFFFF_FFFF),
    ]
    for carrier in carriers {
        precondition(isPermitted || !defaultPolicy.permits(carrier), "a blocked address gets through inside another")
        // Also where the operator blocks nothing but this address.
        let alone = AddressPolicy(blocklist: [single(address)])
        precondition(!alone.permits(mapped), "the mapped form gets through")
        precondition(!alone.permits(carrier), "the carried form gets through")
    }
}

private func single(_ address: IPAddress) -> AddressRange {
    guard let range = try? AddressRange("\(address)") else { preconditionFailure("an address that is no range") }
    return range
}

private func checkRange(_ range: AddressRange) {
    guard let again = try? AddressRange("\(range)") else { preconditionFailure("a range that does not read back") }
    precondition(again == range, "a range that reads back as another")
    precondition((0...range.base.bitCount).contains(range.prefixLength), "a prefix length out of bounds")
    let last = last(of: range)
    precondition(range.contains(range.base) && range.contains(last), "a range without its ends")
    let allowing = AddressPolicy(allowlist: [range])
    let blocking = AddressPolicy(blocklist: [range])
    // Mapped addresses are IPv4 to a policy, and no part of a range of IPv6.
    for address in [range.base, last] where address.canonical == address {
        // What is carried needs to be permitted as well.
        precondition(!address.embeddedIPv4.isEmpty || allowing.permits(address), "the allowlist does not win")
        precondition(!blocking.permits(address), "the blocklist lets through")
    }
    if let next = next(after: last) { precondition(!range.contains(next), "a range beyond its end") }
}

private func last(of range: AddressRange) -> IPAddress {
    let base = range.base
    let high = base.high | (range.prefixLength < 64 ? UInt64.max >> UInt64(range.prefixLength) : 0)
    if base.isIPv4 { return IPAddress(ipv4: UInt32(high >> 32)) }
    return IPAddress(
        ipv6: high, base.low | (range.prefixLength <= 64 ? .max : UInt64.max >> UInt64(range.prefixLength - 64)))
}

/// The address one higher; nil after the last of the family.
private func next(after address: IPAddress) -> IPAddress? {
    if address.isIPv4 {
        let bits = UInt32(address.high >> 32)
        return bits == .max ? nil : IPAddress(ipv4: bits + 1)
    }
    let (low, carries) = address.low.addingReportingOverflow(1)
    let (high, ends) = address.high.addingReportingOverflow(carries ? 1 : 0)
    return ends ? nil : IPAddress(ipv6: high, low)
}
