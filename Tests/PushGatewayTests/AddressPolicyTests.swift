import PushGateway
import Testing

struct AddressPolicyTests {
    private func permits(_ policy: AddressPolicy, _ address: String) throws -> Bool {
        policy.permits(try #require(IPAddress(address), "\(address)"))
    }

    /// The first and last address of every range of the IANA registries that is not globally reachable.
    @Test(arguments: [
        ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"), ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "239.255.255.255"), ("240.0.0.0", "255.255.255.255"),
        ("::", "::1"), ("::a00:1", "::ffff:ffff"), ("::ffff:0:0:0", "::ffff:0:ffff:ffff"),
        ("::1:0:0", "::fffe:ffff:ffff"), ("::1:0:0:0", "0:ffff::"), ("1::", "64:ff9a:ffff::"),
        ("64:ff9b::1:0:0", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff"), ("64:ff9b:2::", "ff:ffff::"),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"), ("100::", "100::ffff:ffff:ffff:ffff"),
        ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"), ("200::", "3ff::"), ("1000::", "1fff:ffff::"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("4000::", "5eff::"), ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func `Nothing that is not globally reachable is permitted`(first: String, last: String) throws {
        #expect(try !permits(AddressPolicy(), first))
        #expect(try !permits(AddressPolicy(), last))
    }

    /// The neighbours of those ranges, and registered ranges that are globally reachable.
    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.1.255",
        "192.0.3.0", "192.31.196.1", "192.52.193.1", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0",
        "192.175.48.1", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "2620:4f:8000::1",
        "3ffe:ffff::", "3fff:1000::", "2606:4700::1111",
    ])
    func `What is globally reachable is permitted`(address: String) throws {
        #expect(try permits(AddressPolicy(), address))
    }

    @Test(arguments: [
        ("::ffff:8.8.8.8", true), ("::ffff:10.0.0.1", false), ("::ffff:127.0.0.1", false),
        ("64:ff9b::8.8.8.8", true), ("64:ff9b::10.0.0.1", false), ("64:ff9b::169.254.169.254", false),
    ])
    func `An address that carries an IPv4 address is judged by it`(address: String, isPermitted: Bool) throws {
        #expect(try permits(AddressPolicy(), address) == isPermitted)
    }

    /// Addresses that carry 10.1.2.3, and the same ones with 11.1.2.3.
    @Test(arguments: [
        ("10.1.2.3", "11.1.2.3"),
        ("::ffff:10.1.2.3", "::ffff:11.1.2.3"), ("::10.1.2.3", "::11.1.2.3"),
        ("::ffff:0:10.1.2.3", "::ffff:0:11.1.2.3"),
        ("64:ff9b::10.1.2.3", "64:ff9b::11.1.2.3"),
        // NAT64's local-use range, by every length of prefix that RFC 6052 has there.
        ("64:ff9b:1:a01:2:300::", "64:ff9b:1:b01:2:300::"),
        ("64:ff9b:1:ff0a:1:203::", "64:ff9b:1:ff0b:1:203::"),
        ("64:ff9b:1:fffe:a:102:300:0", "64:ff9b:1:fffe:b:102:300:0"),
        ("64:ff9b:1:fffe::10.1.2.3", "64:ff9b:1:fffe::11.1.2.3"),
        ("2002:a01:203::1", "2002:b01:203::1"),
        // Teredo: the server's address, and the client's, which is inverted.
        ("2001:0:a01:203:8000:63bf:3fff:fdd2", "2001:0:b01:203:8000:63bf:3fff:fdd2"),
        ("2001:0:4136:e378:8000:63bf:f5fe:fdfc", "2001:0:4136:e378:8000:63bf:f4fe:fdfc"),
    ])
    func `A list of one's own holds for carried addresses too`(blocked: String, permitted: String) throws {
        let policy = AddressPolicy(blocklist: [try AddressRange("10.0.0.0/8")])
        #expect(try !permits(policy, blocked))
        #expect(try permits(policy, permitted))
    }

    @Test(arguments: [
        // The allowed range says nothing of the carried address.
        ("64:ff9b:1:fffe::/96", "64:ff9b:1:fffe::8.8.8.8", true),
        ("64:ff9b:1:fffe::/96", "64:ff9b:1:fffe::10.0.0.1", false),
        ("64:ff9b::/96", "64:ff9b::10.0.0.1", false), ("::/0", "64:ff9b::10.0.0.1", false),
        ("2002::/16", "2002:808:808::1", true), ("2002::/16", "2002:a00:1::1", false),
        // It does.
        ("64:ff9b::10.0.0.0/104", "64:ff9b::10.0.0.1", true), ("64:ff9b::10.0.0.0/104", "64:ff9b::127.0.0.1", false),
        ("2002:a00:1::/48", "2002:a00:1::1", true), ("::1", "::1", true),
        // The carried address itself is allowed.
        ("10.0.0.0/8", "64:ff9b::10.0.0.1", true), ("10.0.0.0/8", "::ffff:10.0.0.1", true),
        ("10.0.0.0/8", "64:ff9b:1::10.0.0.1", false),
    ])
    func `An allowed mechanism does not allow what it carries`(range: String, address: String, isPermitted: Bool) throws
    {
        let policy = AddressPolicy(allowlist: [try AddressRange(range)])
        #expect(try permits(policy, address) == isPermitted)
    }

    @Test func `The allowlist wins`() throws {
        let policy = AddressPolicy(allowlist: [try AddressRange("10.1.0.0/16"), try AddressRange("fd00::/64")])
        #expect(try permits(policy, "10.1.255.255"))
        #expect(try permits(policy, "::ffff:10.1.0.1"))
        #expect(try permits(policy, "fd00::1"))
        #expect(try !permits(policy, "10.2.0.0"))
        #expect(try !permits(policy, "fd00:0:0:1::"))
    }

    @Test func `An empty blocklist permits everything`() throws {
        let policy = AddressPolicy(blocklist: [])
        #expect(try permits(policy, "127.0.0.1"))
        #expect(try permits(policy, "fe80::1"))
    }
}
