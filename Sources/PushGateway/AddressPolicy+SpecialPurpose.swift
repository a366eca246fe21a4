extension AddressPolicy {
    /// The default blocklist: what the IANA IPv4 and IPv6 special-purpose address registries do not mark as globally
    /// reachable, multicast, and all of IPv6 outside global unicast but the NAT64 prefix.
    ///
    /// `192.0.0.0/24` and `2001::/23` are blocked whole: the reachable pieces within are anycast services and identifiers,
    /// never a gateway. IPv4-mapped addresses are judged as IPv4, in spite of their prefix.
    package static let notGloballyReachable: [AddressRange] = ipv4 + ipv6

    private static let ipv4 = [
        "0.0.0.0/8",  // this network
        "10.0.0.0/8",  // private use
        "100.64.0.0/10",  // shared address space (carrier-grade NAT)
        "127.0.0.0/8",  // loopback
        "169.254.0.0/16",  // link local
        "172.16.0.0/12",  // private use
        "192.0.0.0/24",  // IETF protocol assignments
        "192.0.2.0/24",  // documentation
        "192.88.99.0/24",  // 6to4 relay anycast, deprecated
        "192.168.0.0/16",  // private use
        "198.18.0.0/15",  // benchmarking
        "198.51.100.0/24",  // documentation
        "203.0.113.0/24",  // documentation
        "224.0.0.0/4",  // multicast
        "240.0.0.0/4",  // reserved, limited broadcast
    ].map(range)

    /// `::/8` holds the unspecified, loopback, IPv4-compatible and IPv4-translated addresses, the local-use NAT64 prefix,
    /// and else what is unassigned.
    private static let ipv6 =
        range("::/8").excluding(range("64:ff9b::/96"))
        + [
            "100::/8",  // discard-only, dummy prefix, unassigned
            "200::/7",  // unassigned
            "400::/6",  // unassigned
            "800::/5",  // unassigned
            "1000::/4",  // unassigned
            "2001::/23",  // IETF protocol assignments: Teredo, benchmarking, ORCHID and others
            "2001:db8::/32",  // documentation
            "2002::/16",  // 6to4, deprecated
            "3fff::/20",  // documentation
            "4000::/2",  // segment routing (5f00::/16), unassigned
            "8000::/1",  // unique local, link local, site local, multicast, unassigned
        ].map(range)

    private static func range(_ text: String) -> AddressRange {
        do throws(AddressRangeError) {
            return try AddressRange(text)
        } catch {
            fatalError("built-in address range: \(error)")
        }
    }
}
