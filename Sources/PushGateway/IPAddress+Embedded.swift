/// An IPv4 address that a transition mechanism carries a packet to, as it stands within an IPv6 address.
struct EmbeddedIPv4: Hashable {
    let address: IPAddress
    /// The bits before it: a range whose prefix is not longer says nothing about the IPv4 address.
    let offset: Int
}

extension IPAddress {
    /// Every IPv4 address that this address may stand for; none for other IPv6 addresses.
    ///
    /// Knows IPv4-compatible, mapped and translated addresses (RFC 4291, RFC 2765), 6to4 (RFC 3056), Teredo's server and
    /// client (RFC 4380), and NAT64 (RFC 6052). How long a prefix within NAT64's local-use range (RFC 8215) is cannot be
    /// seen, so that all readings of it are given.
    var embeddedIPv4: [EmbeddedIPv4] {
        guard !isIPv4 else { return [] }
        switch (high, low >> 32) {
        case (0, 0), (0, 0xFFFF), (0, 0xFFFF_0000), (0x0064_FF9B_0000_0000, 0): return [embeddedIPv4(at: 96)]
        default: break
        }
        if high >> 16 == 0x0064_FF9B_0001 { return [48, 56, 64, 96].map { translatedIPv4(prefixLength: $0) } }
        if high >> 48 == 0x2002 { return [embeddedIPv4(at: 16)] }
        if high >> 32 == 0x2001_0000 {
            // Teredo keeps the client's address inverted.
            let client = IPAddress(ipv4: ~UInt32(truncatingIfNeeded: low))
            return [embeddedIPv4(at: 32), EmbeddedIPv4(address: client, offset: 96)]
        }
        return []
    }

    private func embeddedIPv4(at offset: Int) -> EmbeddedIPv4 {
        EmbeddedIPv4(address: IPAddress(ipv4: bits(from: offset)), offset: offset)
    }

    /// The address behind a NAT64 prefix; bits 64 to 71 are not part of it (RFC 6052, section 2.2).
    private func translatedIPv4(prefixLength: Int) -> EmbeddedIPv4 {
        guard prefixLength < 96 else { return embeddedIPv4(at: prefixLength) }
        let before = UInt32(64 - prefixLength)
        let first = before == 0 ? 0 : (bits(from: prefixLength) >> (32 - before)) << (32 - before)
        let address = IPAddress(ipv4: first | bits(from: 72) >> before)
        return EmbeddedIPv4(address: address, offset: max(prefixLength, before == 0 ? 72 : 0))
    }

    /// The 32 bits behind so many, up to 96.
    private func bits(from offset: Int) -> UInt32 {
        switch offset {
        case ...32: UInt32(truncatingIfNeeded: high >> UInt64(32 - offset))
        case 64...: UInt32(truncatingIfNeeded: low >> UInt64(96 - offset))
        default: UInt32(truncatingIfNeeded: high << UInt64(offset - 32) | low >> UInt64(96 - offset))
        }
    }
}
