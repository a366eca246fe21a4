import Testing

@testable import MatrixPusher

@Suite struct PusherDataTests {
    @Test(arguments: [
        (#"{"url":"https://push.example.org/_b"}"#, false), ("{}", false), ("", false), ("{", false),
        (#"{"disable_badge_count":true}"#, true), (#"{"disable_badge_count":false}"#, false),
        (#"{"org.matrix.msc4076.disable_badge_count":true}"#, true), (#"{"disable\u005fbadge_count":true}"#, true),
        (#"{"disable_\u0062adge_count":true}"#, true), (#"{"disable_badge_count":"true"}"#, false),
    ])
    func `Whether counts are hidden is said without reading what says nothing of it`(data: String, hides: Bool) {
        #expect(PusherData.hidesCounts(Array(data.utf8)) == hides)
        #expect(PusherData(Array(data.utf8)).hidesCounts == hides)
    }
}
