/// A range of IP addresses in CIDR notation.
package struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    package let base: IPAddress
    package let prefixLength: Int

    /// Parses `10.0.0.0/8`, `fc00::/7`, or a single address.
    /// - Throws: ``AddressRangeError`` that quotes the text.
    package init(_ text: String) throws(AddressRangeError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { throw AddressRangeError(text, "is not an IP address") }
        var length = address.bitCount
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let given = Int(parts[1]), given <= address.bitCount
            else { throw AddressRangeError(text, "needs a prefix length between 0 and \(address.bitCount)") }
            length = given
        }
        let network = Self.mask(address, to: length)
        guard network == address else {
            throw AddressRangeError(text, "has bits set beyond its prefix; did you mean \(network)/\(length)")
        }
        // A range of IPv4-mapped addresses is meant for the IPv4 addresses they stand for.
        let canonical = length >= 96 ? address.canonical : address
        base = canonical
        prefixLength = canonical.isIPv4 && !address.isIPv4 ? length - 96 : length
    }

    /// The range of this length that the address lies in.
    init(_ address: IPAddress, prefixLength: Int) {
        base = Self.mask(address, to: prefixLength)
        self.prefixLength = prefixLength
    }

    /// Whether the address, of the same family, lies in the range.
    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == base.isIPv4 && Self.mask(address, to: prefixLength) == base
    }

    /// What is left of the range without a smaller one inside it: at each length the half that does not hold it.
    func excluding(_ inner: AddressRange) -> [AddressRange] {
        precondition(contains(inner.base) && inner.prefixLength >= prefixLength, "\(inner) is not in \(self)")
        return (prefixLength..<inner.prefixLength).map { length in
            AddressRange(inner.base.flipping(bit: length), prefixLength: length + 1)
        }
    }

    package var description: String { "\(base)/\(prefixLength)" }

    private static func mask(_ address: IPAddress, to length: Int) -> IPAddress {
        // Shifts by 64 and more give zero.
        let high = address.high & (UInt64.max << UInt64(max(0, 64 - length)))
        let low = address.low & (UInt64.max << UInt64(max(0, min(64, 128 - length))))
        return address.isIPv4 ? IPAddress(ipv4: UInt32(high >> 32)) : IPAddress(ipv6: high, low)
    }
}

/// Why a text is no address range.
package struct AddressRangeError: Error, Sendable, Equatable, CustomStringConvertible {
    package let text: String
    package let problem: String

    init(_ text: String, _ problem: String) {
        self.text = text
        self.problem = problem
    }

    package var description: String { "\"\(text)\" \(problem)" }
}
