import PushQueue
import Testing

@testable import MatrixPusher

@Suite struct LogoutRequestTests {
    private func request(_ body: String) throws(PusherError) -> LogoutRequest {
        try LogoutRequest(Array(body.utf8))
    }

    private func includes(_ request: LogoutRequest, device: String?) -> Bool {
        request.includes(
            PusherFields(
                userID: "@bob:hs", appID: "app", pushkey: "key", deviceID: device, appDisplayName: "App",
                deviceDisplayName: "Phone", lang: "en", url: "https://push.example.org/_matrix/push/v1/notify",
                gateway: "https://push.example.org:443", data: Array("{}".utf8)))
    }

    @Test func `Devices that are named go, and only they`() throws {
        let request = try request(#"{"device_ids":["A","B","A"],"other":1}"#)
        #expect(request == .devices(["A", "B"]))
        #expect(["A", "B", "C", "a", nil].map { includes(request, device: $0) } == [true, true, false, false, false])
    }

    @Test func `No device named is none logged out`() throws {
        let request = try request(#"{"device_ids":[]}"#)
        #expect(["A", nil].map { includes(request, device: $0) } == [false, false])
    }

    @Test func `All but the exempt device go, pushers without a device too`() throws {
        let request = try request(#"{"except_device_id":"A"}"#)
        #expect(["A", "B", nil].map { includes(request, device: $0) } == [false, true, true])
    }

    @Test(arguments: [
        ("{", PusherError.Code.notJSON), ("", .notJSON), ("[]", .badJSON), ("{}", .missingParam),
        (#"{"device_ids":["A"],"except_device_id":"B"}"#, .invalidParam),
        (#"{"device_ids":[],"except_device_id":null}"#, .invalidParam),
        (#"{"device_ids":null}"#, .badJSON), (#"{"device_ids":"A"}"#, .badJSON), (#"{"device_ids":{}}"#, .badJSON),
        (#"{"device_ids":["A",1]}"#, .badJSON), (#"{"device_ids":["A",null]}"#, .badJSON),
        (#"{"device_ids":["A",""]}"#, .invalidParam),
        (#"{"except_device_id":null}"#, .badJSON), (#"{"except_device_id":["A"]}"#, .badJSON),
        (#"{"except_device_id":""}"#, .invalidParam),
        (#"{"except_device_id":"\#(String(repeating: "d", count: 256))"}"#, .invalidParam),
        (#"{"device_ids":[\#(String(repeating: #""d","#, count: 10_000))"d"]}"#, .invalidParam),
    ])
    func `A body that says nothing clear is refused`(body: String, code: PusherError.Code) {
        #expect { try request(body) } throws: { ($0 as? PusherError)?.code == code }
    }
}
