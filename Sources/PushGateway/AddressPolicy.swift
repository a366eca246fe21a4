/// Which addresses may be connected to: everything that is not blocked, and whatever is allowed in spite of it.
package struct AddressPolicy: Sendable, Equatable {
    package let blocklist: [AddressRange]
    /// Wins over the blocklist.
    package let allowlist: [AddressRange]

    package init(blocklist: [AddressRange] = AddressPolicy.notGloballyReachable, allowlist: [AddressRange] = []) {
        self.blocklist = blocklist
        self.allowlist = allowlist
    }

    /// Whether a connection to this address may be opened.
    ///
    /// An IPv4-mapped address is judged as the IPv4 address. One that carries an IPv4 address through NAT64, 6to4 or Teredo
    /// needs that to be permitted as well, unless it lies in an allowed range that fixes bits of the carried address: a
    /// range such as `64:ff9b:1::/96` allows the mechanism, not every address behind it.
    package func permits(_ address: IPAddress) -> Bool {
        let address = address.canonical
        let allowing = allowlist.filter { $0.contains(address) }
        if allowing.isEmpty, Self.contains(blocklist, address) { return false }
        return address.embeddedIPv4.allSatisfy { carried in
            allowing.contains { $0.prefixLength > carried.offset }
                || Self.contains(allowlist, carried.address) || !Self.contains(blocklist, carried.address)
        }
    }

    private static func contains(_ ranges: [AddressRange], _ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }
}
