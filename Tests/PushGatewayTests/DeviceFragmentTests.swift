import PushJSON
import Testing

@testable import PushGateway

struct DeviceFragmentTests {
    @Test(arguments: [
        ("{}", "{}"),
        (#"{"url":"https://p/"}"#, "{}"),
        (#"{ "url" : "https://p/" , "format" : "event_id_only" }"#, #"{"format":"event_id_only"}"#),
        (
            #"{"z":1.50,"url":"u","a":{"url":"kept","b":[1, 2]},"z":12345678901234567890,"url":1}"#,
            #"{"z":1.50,"a":{"url":"kept","b":[1, 2]},"z":12345678901234567890}"#
        ),
        (
            #"{"\u0075rl":"u","default_payload":{"aps":{"mutable-content":1}}}"#,
            #"{"default_payload":{"aps":{"mutable-content":1}}}"#
        ),
    ])
    func `Data is kept byte for byte but for the URL`(data: String, kept: String) throws {
        let device = try #require(DeviceFragment(appID: "im.app", pushkey: "k", pushkeyTS: 12, data: Array(data.utf8)))
        let expected = #"{"app_id":"im.app","pushkey":"k","pushkey_ts":12,"data":\#(kept)"#
        #expect(String(decoding: device.bytes, as: UTF8.self) == expected)
    }

    @Test func `Strings are escaped`() throws {
        let device = try #require(
            DeviceFragment(appID: "a\"\\", pushkey: "k\n\u{1}é", pushkeyTS: -1, data: Array("{}".utf8)))
        let root = try JSONDocument(parsing: device.bytes + Array("}".utf8)).root
        #expect(root["app_id"]?.string == "a\"\\")
        #expect(root["pushkey"]?.string == "k\n\u{1}é")
        #expect(root["pushkey_ts"]?.integer == -1)
    }

    @Test(arguments: ["", "[]", "null", "\"x\"", "{", "{\"a\":}"])
    func `Data that is no object gives no device`(data: String) {
        #expect(DeviceFragment(appID: "a", pushkey: "k", pushkeyTS: 1, data: Array(data.utf8)) == nil)
    }
}
