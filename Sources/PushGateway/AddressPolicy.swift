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
    /// An IPv4-mapped address is judged as the IPv4 address; one that carries an IPv4 address through NAT64, 6to4 or
    /// Teredo is refused when that one is blocked.
    package func permits(_ address: IPAddress) -> Bool {
        let address = address.canonical
        if allowlist.contains(where: { $0.contains(address) }) { return true }
        if blocklist.contains(where: { $0.contains(address) }) { return false }
        guard let embedded = address.embeddedIPv4 else { return true }
        return !blocklist.contains { $0.contains(embedded) }
    }
}
