import PushJSON
import PushQueue
import Testing

@testable import MatrixPusher

struct PusherRequestTests {
    private static let members = [
        "app_id": #""com.example.app""#, "pushkey": #""key""#, "kind": #""http""#, "app_display_name": #""App""#,
        "device_display_name": #""Phone""#, "lang": #""en""#,
        "data": #"{"url":"https://push.example.org/_matrix/push/v1/notify"}"#,
    ]

    private func body(_ changes: [String: String?]) -> [UInt8] {
        var members = Self.members
        for (key, value) in changes { members[key] = value }
        let text = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return Array("{\(text)}".utf8)
    }

    private func fields(_ changes: [String: String?], allowHTTP: Bool = false) throws -> (
        fields: PusherFields, append: Bool
    ) {
        let request = try PusherRequest(body(changes), userID: "@b:hs", deviceID: "DEV", allowHTTP: allowHTTP)
        guard case .set(let fields, let append) = request else {
            Issue.record("not a pusher to set")
            throw PusherError(.notFound, "")
        }
        return (fields, append)
    }

    private func error(_ body: [UInt8], allowHTTP: Bool = false) -> PusherError? {
        do throws(PusherError) {
            _ = try PusherRequest(body, userID: "@b:hs", deviceID: nil, allowHTTP: allowHTTP)
            return nil
        } catch {
            return error
        }
    }

    private static func text(_ count: Int) -> String { "\"" + String(repeating: "x", count: count) + "\"" }

    @Test func `A pusher has what the client sent`() throws {
        let data =
            #"{"url":"https://push.example.org/_matrix/push/v1/notify?a=1","format":"event_id_only","x":[1.0,1e3]}"#
        let (fields, append) = try fields(["data": data, "profile_tag": "\"tag\"", "append": "true"])
        #expect(
            fields
                == PusherFields(
                    userID: "@b:hs", appID: "com.example.app", pushkey: "key", deviceID: "DEV", kind: "http",
                    appDisplayName: "App", deviceDisplayName: "Phone", profileTag: "tag", lang: "en", enabled: true,
                    url: "https://push.example.org/_matrix/push/v1/notify?a=1", gateway: "https://push.example.org:443",
                    data: Array(data.utf8)))
        #expect(append)
        #expect(try !self.fields([:]).append)
        #expect(try self.fields([:]).fields.profileTag == nil)
    }

    @Test(arguments: ["", "{", "nope"])
    func `A body that is not JSON is refused`(body: String) {
        #expect(error(Array(body.utf8))?.code == .notJSON)
    }

    @Test(arguments: ["[]", "null", "\"x\""])
    func `A body that is no object is refused`(body: String) {
        #expect(error(Array(body.utf8)) == PusherError(.badJSON, "the body must be an object"))
    }

    @Test(arguments: ["app_id", "pushkey", "app_display_name", "device_display_name", "lang"])
    func `A text that is required must be there and be a text`(key: String) {
        #expect(error(body([key: nil])) == PusherError(.missingParam, "\(key) is missing"))
        #expect(error(body([key: "null"])) == PusherError(.missingParam, "\(key) is missing"))
        for value in ["1", "true", "[]", "{}"] {
            #expect(error(body([key: value])) == PusherError(.badJSON, "\(key) must be a string"))
        }
    }

    @Test(arguments: [
        ("app_id", 64), ("pushkey", 512), ("app_display_name", 1024), ("device_display_name", 1024), ("lang", 64),
        ("profile_tag", 1024),
    ])
    func `Texts have a greatest length`(key: String, limit: Int) {
        #expect(error(body([key: Self.text(limit)])) == nil)
        #expect(
            error(body([key: Self.text(limit + 1)]))
                == PusherError(.invalidParam, "\(key) is longer than \(limit) bytes"))
    }

    @Test func `Lengths are counted in bytes`() {
        #expect(error(body(["app_id": "\"" + String(repeating: "é", count: 32) + "\""])) == nil)
        #expect(error(body(["app_id": "\"" + String(repeating: "é", count: 33) + "\""]))?.code == .invalidParam)
    }

    @Test(arguments: ["app_id", "pushkey"])
    func `What identifies a pusher must not be empty`(key: String) {
        #expect(error(body([key: "\"\""])) == PusherError(.invalidParam, "\(key) must not be empty"))
    }

    @Test func `Display names and language may be empty`() {
        for key in ["app_display_name", "device_display_name", "lang"] { #expect(error(body([key: "\"\""])) == nil) }
    }

    @Test func `A profile tag must be a text where it is given`() {
        #expect(error(body(["profile_tag": "5"])) == PusherError(.badJSON, "profile_tag must be a string"))
        #expect(error(body(["profile_tag": "null"])) == nil)
    }

    @Test func `A null kind removes the pusher, whatever else is there`() throws {
        let request = try PusherRequest(
            Array(#"{"app_id":"a","pushkey":"k","kind":null,"data":5}"#.utf8), userID: "@b:hs", deviceID: nil,
            allowHTTP: false)
        guard case .remove("a", "k") = request else {
            Issue.record("not a removal")
            return
        }
        #expect(error(Array(#"{"app_id":"a","kind":null}"#.utf8)) == PusherError(.missingParam, "pushkey is missing"))
        #expect(error(Array(#"{"pushkey":"k","kind":null}"#.utf8)) == PusherError(.missingParam, "app_id is missing"))
    }

    @Test(
        arguments: [
            (nil, PusherError.Code.missingParam), ("1", .badJSON), ("{}", .badJSON), ("\"email\"", .invalidParam),
            ("\"\"", .invalidParam), ("\"HTTP\"", .invalidParam),
        ] as [(String?, PusherError.Code)])
    func `No other kind than http is supported`(kind: String?, code: PusherError.Code) {
        #expect(error(body(["kind": kind]))?.code == code)
    }

    @Test(
        arguments: [
            (nil, .missingParam, "data is missing"), ("null", .badJSON, "data must be an object"),
            ("[]", .badJSON, "data must be an object"), ("{}", .missingParam, "data.url is missing"),
            (#"{"url":null}"#, .missingParam, "data.url is missing"),
            (#"{"url":1}"#, .badJSON, "data.url must be a string"),
            (#"{"url":"U","format":1}"#, .badJSON, "data.format must be a string"),
            (#"{"url":"U","format":"full"}"#, .invalidParam, #"data.format must be "event_id_only" or absent"#),
            (#"{"url":"U","default_payload":1}"#, .invalidParam, "data.default_payload must be an object"),
            (#"{"url":"U","default_payload":[]}"#, .invalidParam, "data.default_payload must be an object"),
            (#"{"url":"U","default_payload":"{}"}"#, .invalidParam, "data.default_payload must be an object"),
        ] as [(String?, PusherError.Code, String)])
    func `The data must be what the specification says`(data: String?, code: PusherError.Code, message: String) {
        let data = data?.replacing("\"U\"", with: "\"https://h/_matrix/push/v1/notify\"")
        #expect(error(body(["data": data])) == PusherError(code, message))
    }

    @Test(arguments: ["null", #""event_id_only""#])
    func `The formats that there are are taken`(format: String) {
        #expect(error(body(["data": #"{"url":"https://h/_matrix/push/v1/notify","format":\#(format)}"#])) == nil)
    }

    @Test func `Data has a greatest size`() {
        let url = #""url":"https://h/_matrix/push/v1/notify""#
        #expect(error(body(["data": #"{\#(url),"x":\#(Self.text(16_000))}"#])) == nil)
        #expect(
            error(body(["data": #"{\#(url),"x":\#(Self.text(17_000))}"#]))
                == PusherError(.invalidParam, "data is larger than 16384 bytes"))
    }

    @Test(arguments: [
        "https://h/_matrix/push/v1/notify", "https://h:8443/_matrix/push/v1/notify",
        "HTTPS://H.example/_matrix/push/v1/notify",
        "https://[2001:db8::1]/_matrix/push/v1/notify", "https://h/_matrix/push/v1/notify?x=y",
    ])
    func `A gateway's URL is https with the path of the specification`(url: String) {
        #expect(error(body(["data": #"{"url":"\#(url)"}"#])) == nil)
    }

    @Test(arguments: [
        "", "h", "/_matrix/push/v1/notify", "http://h/_matrix/push/v1/notify", "ftp://h/_matrix/push/v1/notify",
        "https:///_matrix/push/v1/notify", "https://u@h/_matrix/push/v1/notify", "https://u:p@h/_matrix/push/v1/notify",
        "https://h", "https://h/", "https://h/_matrix/push/v1/notify/", "https://h/x",
        "https://h/_matrix/push/v1/Notify",
        "https://h/_matrix/push/v1/notify/../x", "https://h:0x50/_matrix/push/v1/notify",
        "https://h:99999/_matrix/push/v1/notify",
        "https://h /_matrix/push/v1/notify", "https://h/_matrix/push/v1/notify\\n", "javascript:alert(1)",
    ])
    func `Any other URL is refused`(url: String) {
        let error = error(body(["data": #"{"url":"\#(url)"}"#]))
        #expect(error?.code == .invalidParam)
        #expect(error?.message.hasPrefix("data.url: ") == true)
    }

    @Test func `Plain http is taken where it is allowed`() throws {
        let (fields, _) = try fields(
            ["data": #"{"url":"http://127.0.0.1:5000/_matrix/push/v1/notify"}"#], allowHTTP: true)
        #expect(fields.gateway == "http://127.0.0.1:5000")
        #expect(
            error(body(["data": #"{"url":"ftp://h/_matrix/push/v1/notify"}"#]), allowHTTP: true)?.code == .invalidParam)
    }

    @Test(
        arguments: [
            (nil, nil, true), ("true", nil, true), ("false", nil, false), (nil, "false", false), (nil, "true", true),
            ("true", "false", true), ("false", "true", false), ("null", "false", false), ("null", "null", true),
        ] as [(String?, String?, Bool)])
    func `Enabled goes by its stable name, else by its unstable one`(stable: String?, unstable: String?, expected: Bool)
        throws
    {
        let (fields, _) = try fields(["enabled": stable, "org.matrix.msc3881.enabled": unstable])
        #expect(fields.enabled == expected)
    }

    @Test(arguments: ["append", "enabled", "org.matrix.msc3881.enabled"])
    func `A flag must be a boolean`(key: String) {
        for value in ["1", "\"true\"", "{}"] {
            #expect(error(body([key: value])) == PusherError(.badJSON, "\(key) must be a boolean"))
        }
        #expect(error(body([key: "null"])) == nil)
    }

    @Test func `No error text has a pushkey in it`() {
        for (key, value) in [("data", "5"), ("kind", "5"), ("lang", "5"), ("append", "5")] {
            #expect(error(body(["pushkey": "\"SECRET\"", key: value]))?.message.contains("SECRET") == false)
        }
        #expect(
            error(body(["pushkey": "\"" + String(repeating: "SECRET", count: 100) + "\""]))?.message.contains("SECRET")
                == false)
    }

    @Test(arguments: [
        (#"{"disable_badge_count":true}"#, true), (#"{"org.matrix.msc4076.disable_badge_count":true}"#, true),
        (#"{"disable_badge_count":false,"org.matrix.msc4076.disable_badge_count":true}"#, false),
        (#"{"disable_badge_count":1}"#, false), ("{}", false), ("[", false), ("", false),
    ])
    func `A pusher may ask for no counts`(data: String, expected: Bool) {
        #expect(PusherData(Array(data.utf8)).hidesCounts == expected)
    }
}
