import PushQueue
import Testing

@testable import MatrixPusher

@Suite struct PusherDetailsCacheTests {
    private func details(_ id: Int64) throws -> PusherDetails {
        let fields = PusherFields(
            userID: "@bob:hs", appID: "app", pushkey: "key\(id)", appDisplayName: "App", deviceDisplayName: "Phone",
            lang: "en", url: "https://gateway.example/_matrix/push/v1/notify", gateway: "https://gateway.example:443",
            data: Array("{}".utf8))
        return try #require(
            PusherDetails(
                PusherRow(id: id, fields: fields, pushkeyTimestamp: 1, createdAt: 1, health: PusherHealth())))
    }

    @Test func `Each slot has its own as long as there are places`() throws {
        var cache = PusherDetailsCache(capacity: 256)
        #expect(cache[0] == nil)
        #expect(cache[255] == nil)
        for slot in (0..<256).reversed() { cache[Int32(slot)] = try details(Int64(slot)) }
        for slot in 0..<256 { #expect(cache[Int32(slot)]?.id == Int64(slot)) }
    }

    @Test func `Of two that share a place the last one has it`() throws {
        var cache = PusherDetailsCache(capacity: 64)
        cache[3] = try details(3)
        cache[67] = try details(67)
        #expect(cache[3] == nil)
        #expect(cache[67]?.id == 67)
        // What is forgotten of the former is not the latter's.
        cache[3] = nil
        #expect(cache[67]?.id == 67)
        cache[67] = nil
        #expect(cache[67] == nil)
    }

    @Test func `Nothing is found where nothing was kept`() throws {
        var cache = PusherDetailsCache(capacity: 16_384)
        cache[5] = try details(5)
        cache[9000] = nil
        #expect(cache[6] == nil)
        #expect(cache[5 + 16_384] == nil)
        #expect(cache[Int32.max] == nil)
    }
}
