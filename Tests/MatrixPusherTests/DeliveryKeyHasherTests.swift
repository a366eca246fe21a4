import Testing

@testable import MatrixPusher

struct DeliveryKeyHasherTests {
    private func hash(_ eventID: String, _ pusher: Int64, key0: UInt64 = 0x0706_0504_0302_0100) -> UInt64 {
        let hasher = DeliveryKeyHasher(key0: key0, key1: 0x0F0E_0D0C_0B0A_0908)
        return Array(eventID.utf8).withUnsafeBufferPointer { hasher.hash($0, after: UInt64(bitPattern: pusher)) }
    }

    /// Computed by an independent implementation that gives the published SipHash-2-4 vectors with other round counts.
    @Test(
        arguments: [
            ("", 0, 0x5CB9_6F6B_A2A4_FCFC), ("$e", 1, 0x783D_7694_32B5_93B2), ("$", 1, 0x115C_B0C9_E88C_8ACC),
            ("$1234567", 7, 0x6A3F_3EAA_FC13_4096), ("$12345678", 7, 0xA9E2_258B_7783_44B2),
            ("$abc", -1, 0x9852_5A99_ABE2_2B79), ("$YUwRidLecu:example.com", .max, 0x6A6F_4737_1B2B_A9C8),
            ("$" + String(repeating: "x", count: 254), 42, 0xFD08_5A3F_5777_1A18),
            ("$" + String(repeating: "y", count: 247), 42, 0xCCCB_600B_8F24_068C),
            ("$événement", 42, 0xDF05_E244_4B05_CA47), ("$123456789012345", 258, 0xC361_9C76_24DA_693B),
        ] as [(String, Int64, UInt64)])
    func `The hash is SipHash-1-3 of the pusher's id and the event's`(eventID: String, pusher: Int64, expected: UInt64)
    {
        #expect(hash(eventID, pusher) == expected)
    }

    @Test func `Event, pusher and key all change the hash`() {
        let hashes = [hash("$a", 1), hash("$b", 1), hash("$a", 2), hash("$a\0", 1), hash("$a", 1, key0: 1)]
        #expect(Set(hashes).count == hashes.count)
    }
}
