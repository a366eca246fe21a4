import Testing

@testable import PushGateway

struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.6", "192.0.2.8"),
        ("192.0.2.128/25", "192.0.2.128", "192.0.2.255", "192.0.2.127", "192.0.3.0"),
        ("fc00::/7", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fbff::", "fe00::"),
        ("2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", "2001:db7::", "2001:db8:0:1::"),
        ("2001:db8::8/125", "2001:db8::8", "2001:db8::f", "2001:db8::7", "2001:db8::10"),
        ("::1", "::1", "::1", "::", "::2"),
        ("::ffff:10.0.0.0/104", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
    ])
    func `A range ends where it should`(range: String, first: String, last: String, before: String, after: String)
        throws
    {
        let range = try AddressRange(range)
        #expect(range.contains(try #require(IPAddress(first))))
        #expect(range.contains(try #require(IPAddress(last))))
        #expect(!range.contains(try #require(IPAddress(before))))
        #expect(!range.contains(try #require(IPAddress(after))))
    }

    @Test func `A range without an inner one is everything around it`() throws {
        let rest = try AddressRange("10.0.0.0/8").excluding(try AddressRange("10.64.0.0/10"))
        #expect(rest.map(\.description) == ["10.128.0.0/9", "10.0.0.0/10"])
        let rest6 = try AddressRange("2001:db8::/62").excluding(try AddressRange("2001:db8:0:2:8000::/65"))
        #expect(rest6.map(\.description) == ["2001:db8::/63", "2001:db8:0:3::/64", "2001:db8:0:2::/65"])
        #expect(try AddressRange("::1").excluding(try AddressRange("::1")) == [])
    }

    @Test func `A whole family is a range of its own`() throws {
        let all4 = try AddressRange("0.0.0.0/0")
        let all6 = try AddressRange("::/0")
        let four = try #require(IPAddress("255.255.255.255"))
        let six = try #require(IPAddress("ffff::1"))
        #expect(all4.contains(four) && !all4.contains(six))
        #expect(all6.contains(six) && !all6.contains(four))
    }

    @Test(arguments: [
        ("", "\"\" is not an IP address"),
        ("10.0.0", "\"10.0.0\" is not an IP address"),
        ("10.0.0.256", "\"10.0.0.256\" is not an IP address"),
        ("example.org/8", "\"example.org/8\" is not an IP address"),
        ("fe80::1%eth0", "\"fe80::1%eth0\" is not an IP address"),
        ("10.0.0.0/33", "\"10.0.0.0/33\" needs a prefix length between 0 and 32"),
        ("10.0.0.0/", "\"10.0.0.0/\" needs a prefix length between 0 and 32"),
        ("10.0.0.0/-8", "\"10.0.0.0/-8\" needs a prefix length between 0 and 32"),
        ("10.0.0.0/8/8", "\"10.0.0.0/8/8\" needs a prefix length between 0 and 32"),
        ("::/129", "\"::/129\" needs a prefix length between 0 and 128"),
        ("10.0.0.1/8", "\"10.0.0.1/8\" has bits set beyond its prefix; did you mean 10.0.0.0/8"),
        ("fe80::1/10", "\"fe80::1/10\" has bits set beyond its prefix; did you mean fe80::/10"),
    ])
    func `A bad range is refused with the reason`(text: String, message: String) {
        let error = #expect(throws: AddressRangeError.self) { try AddressRange(text) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        "0.0.0.0", "192.0.2.1", "::", "2001:db8::ff00:42:8329", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ])
    func `An address reads back as it was written`(text: String) throws {
        #expect(try #require(IPAddress(text)).description == text)
    }

    @Test func `Only 4 or 16 bytes are an address`() {
        #expect(IPAddress(bytes: [192, 0, 2, 1] as [UInt8]) == IPAddress("192.0.2.1"))
        #expect(IPAddress(bytes: [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 12)) == IPAddress("2001:db8::"))
        #expect(IPAddress(bytes: [UInt8]()) == nil)
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 5)) == nil)
    }
}
