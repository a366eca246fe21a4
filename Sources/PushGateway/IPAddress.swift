/// An IPv4 or IPv6 address, its bits left-aligned in 128.
package struct IPAddress: Sendable, Hashable {
    let isIPv4: Bool
    let high: UInt64
    let low: UInt64

    /// An IPv4 address in host byte order.
    init(ipv4: UInt32) {
        isIPv4 = true
        high = UInt64(ipv4) << 32
        low = 0
    }

    /// An IPv6 address by its two halves.
    init(ipv6 high: UInt64, _ low: UInt64) {
        isIPv4 = false
        self.high = high
        self.low = low
    }

    /// An address in network byte order.
    /// - Returns: nil unless there are 4 or 16 bytes.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self.init(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self.init(
                ipv6: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }

    /// Number of bits of the address's family.
    var bitCount: Int { isIPv4 ? 32 : 128 }

    /// The address itself, or the IPv4 address a mapped one (`::ffff:0:0/96`) stands for: the kernel connects to that.
    var canonical: IPAddress {
        !isIPv4 && high == 0 && low >> 32 == 0xFFFF ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) : self
    }

    /// The IPv4 address that a transition mechanism would carry the packet to; nil for other IPv6 addresses.
    ///
    /// Knows the well-known NAT64 prefix (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380) and IPv4-compatible addresses.
    var embeddedIPv4: IPAddress? {
        guard !isIPv4 else { return nil }
        if high == 0, low >> 32 == 0 || low >> 32 == 0xFFFF { return IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) }
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) }
        if high >> 48 == 0x2002 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 16)) }
        // Teredo keeps the client's address inverted.
        if high >> 32 == 0x2001_0000 { return IPAddress(ipv4: ~UInt32(truncatingIfNeeded: low)) }
        return nil
    }
}
