import MatrixPusher
import PushJSON
import Testing

@testable import PusherService

/// The JSON shapes, member by member, as the interface has them.
@Suite struct ShapeTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func status() {
        var status = PusherStatus(isRunning: true, uptime: .milliseconds(1500))
        status.queue.due = 1
        status.queue.waiting = 2
        status.queue.inFlight = 3
        status.queue.dead = 4
        status.queue.oldestDue = .milliseconds(62_005)
        status.recent.accepted = 5
        status.recent.failed = 6
        status.recent.rejected = 7
        status.recent.expired = 8
        status.recent.cancelledByReason = [.read: 7, .muted: 2]
        status.gateways.up = 10
        status.gateways.ramping = 11
        status.gateways.down = 12
        status.gateways.suspect = 13
        status.pushers.total = 14
        status.pushers.failing = 15
        status.database.bytes = 16
        status.database.schema = 17
        #expect(
            text(status.write) == """
                {"v":1,"version":"\(matrixPusherVersion)","running":true,"uptime_seconds":1.500,\
                "queue":{"pending":6,"due":1,"waiting":2,"in_flight":3,"dead":4,"oldest_due_seconds":62.005},\
                "recent":{"window_seconds":300,"accepted":5,"failed":6,"rejected":7,"expired":8,"cancelled":9,\
                "cancelled_by_reason":{"read":7,"redacted":0,"muted":2,"disabled":0,"removed":0,"unanswered":0}},\
                "gateways":{"up":10,"ramping":11,"down":12,"suspect":13},"pushers":{"total":14,"failing":15},\
                "database":{"bytes":16,"schema":17,"writable":true,"error":null,"failing_seconds":0.000,"unsaved":0}}
                """
        )
        status.database.trouble = PusherStatus.Trouble(error: "disk full", lasting: .milliseconds(1500), unsaved: 3)
        #expect(
            text(status.write).hasSuffix(
                #""schema":17,"writable":false,"error":"disk full","failing_seconds":1.500,"unsaved":3}}"#))
    }

    private static let members = """
        "user_id":"@bob:hs","app_id":"org.app","pushkey":"abcd…wxyz","gateway":"https://push.example.org:443",\
        "event_id":"$e","room_id":"!r:hs","prio":"high","queued_at":"2023-11-14T22:13:20.000Z","attempts":2,\
        "next_attempt":"2023-11-14T22:14:20.500Z","last_error":"status 502"
        """

    @Test func notification() {
        #expect(
            text { Samples.summary.write(to: &$0, showsSecrets: false) }
                == #"{"v":1,"id":"4097","kind":"event","state":"waiting",\#(Self.members)}"#
        )
    }

    @Test func countsWithNothingKnown() {
        var summary = Samples.summary
        summary.kind = .counts
        summary.state = .inFlight
        summary.eventID = nil
        summary.roomID = nil
        summary.isHighPriority = false
        summary.nextAttemptAt = nil
        summary.lastError = nil
        #expect(
            text { summary.write(to: &$0, showsSecrets: true) } == """
                {"v":1,"id":"4097","kind":"counts","state":"in_flight","user_id":"@bob:hs","app_id":"org.app",\
                "pushkey":"abcdefghijklmnopqrstuvwxyz","gateway":"https://push.example.org:443","event_id":null,"room_id":null,\
                "prio":"low","queued_at":"2023-11-14T22:13:20.000Z","attempts":2,"next_attempt":null,"last_error":null}
                """
        )
    }

    @Test func notificationWithItsAttempts() {
        let detail = NotificationDetail(summary: Samples.summary, attempts: [Samples.attempt])
        #expect(
            text { detail.write(to: &$0, showsSecrets: false) } == """
                {"v":1,"id":"4097","kind":"event","state":"waiting",\(Self.members),"attempt_log":[{"at":"2023-11-14T22:13:21.000Z",\
                "duration_ms":12,"outcome":"status","status":502,"reason":"bad gateway","next_attempt":null}]}
                """
        )
    }

    @Test(arguments: [(503, "503"), (nil, "null")] as [(Int?, String)])
    func deadLetter(lastStatus: Int?, status: String) {
        var summary = Samples.summary
        summary.state = .dead
        summary.death = .init(at: 1_700_000_002_000, reason: .gaveUp, lastStatus: lastStatus)
        let detail = NotificationDetail(summary: summary, attempts: [])
        #expect(
            text { detail.write(to: &$0, showsSecrets: false) } == """
                {"v":1,"id":"4097","kind":"event","state":"dead",\(Self.members),"dead_at":"2023-11-14T22:13:22.000Z",\
                "reason":"gave_up","last_status":\(status),"attempt_log":[]}
                """
        )
    }

    @Test func whatBecameOfDeadLetters() {
        var report = DeadLetterReport()
        (report.matched, report.changed) = (3, 2)
        #expect(
            text { report.write(to: &$0, verb: "retried", isDone: true) }
                == #"{"v":1,"done":true,"matched":3,"retried":2,"next":null}"#)
        report.next = 4097
        #expect(
            text { report.write(to: &$0, verb: "purged", isDone: false) }
                == #"{"v":1,"done":false,"matched":3,"purged":2,"next":"4097"}"#)
    }

    @Test func pusherOfTheClientAPI() {
        #expect(
            text(Samples.pusher.writeAsClientAPI) == """
                {"app_id":"org.app","pushkey":"abcdefghijklmnopqrstuvwxyz","kind":"http","app_display_name":"App",\
                "device_display_name":"Phone","lang":"en",\
                "data":{"url":"https://push.example.org/_matrix/push/v1/notify","x": 1.0},\
                "enabled":true,"org.matrix.msc3881.enabled":true}
                """
        )
    }

    @Test func pusherOfTheClientAPIWithEverything() {
        var pusher = Samples.pusher
        pusher.profileTag = "t"
        pusher.deviceID = "D"
        pusher.isEnabled = false
        #expect(text(pusher.writeAsClientAPI).contains(#""profile_tag":"t","lang":"en""#))
        let extensions = """
            "enabled":false,"device_id":"D","org.matrix.msc3881.enabled":false,"org.matrix.msc3881.device_id":"D"}
            """
        #expect(text(pusher.writeAsClientAPI).hasSuffix(extensions))
    }

    static let errors: [(PusherError, Int, Int64?, String)] = [
        (PusherError(.notJSON, "x"), 400, nil, #"{"errcode":"M_NOT_JSON","error":"x"}"#),
        (PusherError(.badJSON, "x"), 400, nil, #"{"errcode":"M_BAD_JSON","error":"x"}"#),
        (PusherError(.missingParam, "x"), 400, nil, #"{"errcode":"M_MISSING_PARAM","error":"x"}"#),
        (PusherError(.invalidParam, "x"), 400, nil, #"{"errcode":"M_INVALID_PARAM","error":"x"}"#),
        (PusherError(.notFound, "x"), 404, nil, #"{"errcode":"M_NOT_FOUND","error":"x"}"#),
        (PusherError(.tooLarge, "x"), 413, nil, #"{"errcode":"M_TOO_LARGE","error":"x"}"#),
        (
            PusherError(.limitExceeded, "x", retryAfter: .milliseconds(2100)), 429, 3,
            #"{"errcode":"M_LIMIT_EXCEEDED","error":"x","retry_after_ms":2100}"#
        ),
        (
            PusherError(.limitExceeded, "x"), 429, 1,
            #"{"errcode":"M_LIMIT_EXCEEDED","error":"x","retry_after_ms":1000}"#
        ),
        (PusherError(.unavailable, "x", retryAfter: .seconds(5)), 503, 5, #"{"errcode":"M_UNKNOWN","error":"x"}"#),
        (PusherError(.unusable, "x"), 500, nil, #"{"errcode":"M_UNKNOWN","error":"x"}"#),
    ]

    @Test(arguments: errors)
    func error(error: PusherError, status: Int, retryAfter: Int64?, body: String) {
        #expect(HTTPResponse(error) == HTTPResponse(status: status, body: Array(body.utf8), retryAfter: retryAfter))
    }
}
