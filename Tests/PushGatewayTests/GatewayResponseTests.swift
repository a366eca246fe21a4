import Testing

@testable import PushGateway

struct GatewayResponseTests {
    private func response(_ status: Int, _ body: String, pushkey: String = "key") -> GatewayResponse {
        GatewayResponse(status: status, retryAfter: .seconds(3), body: Array(body.utf8), pushkey: pushkey)
    }

    @Test(arguments: [
        "", #"{"rejected":[]}"#, #"{"rejected": []}"#, "{}", #"{"rejected":null}"#, #"{"rejected":"key"}"#, "[\"key\"]",
        #"{"rejected":[1,null,["key"],{"key":"key"}]}"#, "<html>ok</html>", #"{"rejected":["key"#, "\0",
        #"{"other":["key"]}"#, String(repeating: "[", count: 10_000),
    ])
    func `A 2xx answer without our key is an acceptance`(body: String) {
        for status in [200, 201, 202, 204, 299] {
            #expect(response(status, body) == GatewayResponse(outcome: .accepted))
        }
    }

    @Test(arguments: [
        (#"{"rejected":["key"]}"#, 0), (#" { "rejected" : [ "a" , "key" , "b" ] } "#, 2),
        (#"{"rejected":["\u006bey"]}"#, 0), (#"{"rejected":["key","key"],"x":1}"#, 0),
        (#"{"rejected":[],"rejected":["key"]}"#, 0), (#"{"rejected":["KEY","key "," key","key",5]}"#, 3),
    ])
    func `Our key in the list is a rejection`(body: String, foreign: Int) {
        let response = response(200, body)
        #expect(response.outcome == .rejected)
        #expect(response.foreignRejectedKeys == foreign)
    }

    @Test func `Keys that were not sent are counted and change nothing`() {
        let response = response(200, #"{"rejected":["a","b"]}"#)
        #expect(response.outcome == .accepted)
        #expect(response.foreignRejectedKeys == 2)
    }

    @Test(arguments: [301, 400, 404, 413, 429, 500, 503, 507, 600])
    func `Another status is reported with Retry-After, whatever the body`(status: Int) {
        #expect(
            response(status, #"{"rejected":["key"]}"#)
                == GatewayResponse(outcome: .status(status, retryAfter: .seconds(3))))
    }

    private static let reset = TransferFailure(curlCode: 56)

    @Test(arguments: [
        (TransferEnding(failure: nil, status: 200), "", GatewayOutcome.accepted),
        (TransferEnding(failure: nil, status: 200), #"{"rejected":["key"]}"#, .rejected),
        (TransferEnding(failure: reset, status: 200), #"{"rejected":["key"]}"#, .rejected),
        (TransferEnding(failure: reset, status: 200), #"{"rejected":[]}"#, .accepted),
        (TransferEnding(failure: reset, status: 200), "", .failed(reset)),
        (TransferEnding(failure: reset, status: 200), #"{"rejected":["#, .failed(reset)),
        (TransferEnding(failure: reset, status: 200), "12", .failed(reset)),
        (TransferEnding(failure: reset, status: 0), #"{"rejected":[]}"#, .failed(reset)),
        (TransferEnding(failure: reset, status: 100), #"{"rejected":[]}"#, .failed(reset)),
        (TransferEnding(failure: reset, status: 502), "", .status(502, retryAfter: nil)),
        (TransferEnding(failure: reset, status: 302), "<a", .status(302, retryAfter: nil)),
        (TransferEnding(failure: reset, status: 200, isUnreadable: true), #"{"rejected":["key"]}"#, .accepted),
        (TransferEnding(failure: reset, status: 500, isUnreadable: true), "", .status(500, retryAfter: nil)),
        (TransferEnding(failure: reset, status: 0, isUnreadable: true), "", .failed(reset)),
        (TransferEnding(failure: reset, status: 103, isUnreadable: true), "", .failed(reset)),
        (TransferEnding(failure: reset, status: 0, isBlocked: true), "", .blockedAddress),
    ])
    func `The answer counts before how the connection ended`(
        ending: TransferEnding, body: String, outcome: GatewayOutcome
    ) {
        let response = GatewayResponse(ending: ending, retryAfter: nil, body: Array(body.utf8), pushkey: "key")
        #expect(response.outcome == outcome)
    }

    @Test(arguments: [
        (TransferEnding(failure: reset, status: 0, isReused: true), true),
        (TransferEnding(failure: reset, status: 0, isReused: true, durationMilliseconds: 999), true),
        (TransferEnding(failure: reset, status: 0, isReused: true, durationMilliseconds: 1000), false),
        (TransferEnding(failure: reset, status: 0, isReused: false), false),
        (TransferEnding(failure: reset, status: 200, isReused: true), false),
        (TransferEnding(failure: TransferFailure(.timeout), status: 0, isReused: true), false),
        (TransferEnding(failure: TransferFailure(.connect), status: 0, isReused: true), false),
        (TransferEnding(failure: nil, status: 200, isReused: true), false),
    ])
    func `Only a request that met a closing connection is sent again`(ending: TransferEnding, isRetried: Bool) {
        #expect(ending.deservesAnotherTry == isRetried)
    }
}
