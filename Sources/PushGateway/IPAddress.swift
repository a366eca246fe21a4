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

    /// The address with one bit, counted from the left, turned over.
    func flipping(bit: Int) -> IPAddress {
        let high = bit < 64 ? self.high ^ 1 << UInt64(63 - bit) : self.high
        let low = bit < 64 ? self.low : self.low ^ 1 << UInt64(127 - bit)
        return isIPv4 ? IPAddress(ipv4: UInt32(high >> 32)) : IPAddress(ipv6: high, low)
    }
}
