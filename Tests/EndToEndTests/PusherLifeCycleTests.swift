import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Every way a pusher ends, and what the homeserver and operators see of it.
    @Suite struct PusherLifeCycle {
        private static let removedPath = "/_pusher/v1/removed_pushers"

        private func set(
            _ bench: Bench, _ pushkey: String, user: String = "@bob:hs", device: String = "A", members: String = ""
        ) async throws {
            let target = "/_matrix/client/v3/pushers/set?user_id=\(user)&device_id=\(device)"
            let response = try await bench.client.send("POST", target, bench.pusher(pushkey, members: members))
            try #require(response.status == 200, "\(response.text)")
        }

        private func removed(_ bench: Bench, _ query: String = "since=0") async throws -> [JSONValue] {
            let response = try await bench.client.get("\(Self.removedPath)?\(query)")
            return Array(try #require(response.json?["removed"]?.elements, "\(response.text)"))
        }

        private func listed(_ bench: Bench) async throws -> [JSONValue] {
            let response = try await bench.client.get("/_pusher/v1/pushers?show_secrets=true")
            return Array(try #require(response.json?["pushers"]?.elements, "\(response.text)"))
        }

        @Test(arguments: ["enabled", "org.matrix.msc3881.enabled"])
        func aPusherThatIsDisabledGetsNothing(name: String) async throws {
            try await Bench.run(script: { $0.pushkey == "off" ? .respond(status: 500) : .accept }) { bench in
                try await set(bench, "off")
                try await set(bench, "on")
                try await bench.submit(Bench.message("$1"), as: "1")
                _ = try await bench.waitForNotification(attempts: 1)
                try await set(bench, "off", members: #","\#(name)":false"#)
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
                #expect(try await bench.status()["recent"]?["cancelled"]?.integer == 1)
                let sent = bench.log.received.count { $0.pushkey == "off" }
                try await bench.submit(Bench.message("$2"), as: "2")
                try await bench.waitForAccepted(2)
                // Also after a restart.
                try await bench.crash()
                try await bench.submit(Bench.message("$3"), as: "3")
                try await bench.waitForAccepted(3)
                #expect(bench.log.received.count { $0.pushkey == "off" } == sent)
                let pushers = try await bench.client.get("/_matrix/client/v3/pushers?user_id=@bob:hs").json?["pushers"]
                let off = try #require(pushers?.elements?.first { $0["pushkey"]?.string == "off" })
                for prefix in ["", "org.matrix.msc3881."] {
                    #expect(off["\(prefix)enabled"]?.bool == false)
                    #expect(off["\(prefix)device_id"]?.string == "A")
                }
                try await set(bench, "off")
                try await bench.submit(Bench.message("$4"), as: "4")
                try await waitUntil("a request for the pusher that is enabled again") {
                    bench.log.received.contains { $0.pushkey == "off" && $0.eventID == "$4" }
                }
            }
        }

        @Test func aPusherSetAgainStartsWithoutFailuresAndKeepsItsQueue() async throws {
            let configuration = Bench.local + "\nretry: {initial: 1h}"
            let script: ScriptedGateway.Script = { received in
                received.device?["data"]?["well"]?.bool == true ? .accept : .respond(status: 500)
            }
            try await Bench.run(configuration, script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "1")
                _ = try await bench.waitForNotification(attempts: 1)
                let before = try #require(try await listed(bench).first)
                #expect(before["failing_since"]?.string != nil && before["queued"]?.integer == 2)
                let firstTime = try #require(bench.log.received.first?.device?["pushkey_ts"]?.integer)
                // pushkey_ts has seconds.
                try await Task.sleep(for: .milliseconds(1100))
                try await bench.register(data: #","well":true"#)
                try await bench.waitForAccepted(2)
                #expect(bench.log.received.suffix(2).map(\.eventID) == ["$1", "$2"])
                let secondTime = try #require(bench.log.received.last?.device?["pushkey_ts"]?.integer)
                #expect(secondTime > firstTime)
                try await bench.waitForEmptyQueue()
                let after = try #require(try await listed(bench).first)
                #expect(after["id"]?.string == before["id"]?.string)
                #expect(after["failing_since"]?.isNull == true && after["attempts"]?.integer == 0)
            }
        }

        @Test func everyRemovalLeavesATombstoneThatSurvivesACrash() async throws {
            try await Bench.run(script: { $0.pushkey == "bad" ? .reject("bad") : .hold }) { bench in
                try await set(bench, "shared")
                try await set(bench, "phone", device: "P")
                try await set(bench, "mine")
                try await set(bench, "bad")
                try await set(bench, "dave", user: "@dave:hs")
                try await bench.submit(Bench.message("$1", to: ["@bob:hs", "@dave:hs"]), as: "1")
                try await waitUntil("the rejected pusher to go") { try await removed(bench).count == 1 }
                // Eve takes the device over.
                try await set(bench, "shared", user: "@eve:hs", members: #","append":false"#)
                let logout = try await bench.client.send(
                    "POST", "/_pusher/v1/users/@bob:hs/logout", #"{"device_ids":["P"]}"#)
                #expect(logout.status == 200 && logout.text == #"{"removed":1}"#)
                let own = #"{"kind":null,"app_id":"org.example.app","pushkey":"mine"}"#
                let unset = try await bench.client.send("POST", "/_matrix/client/v3/pushers/set?user_id=@bob:hs", own)
                #expect(unset.status == 200)
                #expect(try await bench.client.send("DELETE", "/_pusher/v1/users/@dave:hs").text == "{}")

                try await bench.crash()
                let tombstones = try await removed(bench)
                #expect(tombstones.map { $0["pushkey"]?.string } == ["bad", "shared", "phone", "mine", "dave"])
                #expect(
                    tombstones.map { $0["reason"]?.string } == ["rejected", "replaced", "logout", "deleted", "user"])
                #expect(tombstones.map { $0["restorable"]?.bool } == [true, false, true, true, false])
                #expect(try await listed(bench).map { $0["user_id"]?.string } == ["@eve:hs"])
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)

                // One comes back, for good.
                let id = try #require(tombstones[2]["id"]?.string)
                #expect(try await bench.client.send("POST", "\(Self.removedPath)/\(id)/restore").status == 200)
                try await bench.crash()
                #expect(try await listed(bench).map { $0["pushkey"]?.string } == ["shared", "phone"])
                try await bench.submit(Bench.message("$2"), as: "2")
                try await waitUntil("a request for the restored pusher") {
                    bench.log.received.contains { $0.pushkey == "phone" && $0.eventID == "$2" }
                }
            }
        }

        @Test func whoFollowsRemovalsIsToldAtOnceAndAtTheEnd() async throws {
            try await Bench.run { bench in
                for number in 0..<3 { try await set(bench, "key\(number)", device: "D\(number)") }
                var client = bench.client
                client.timeout = .seconds(40)
                let poller = client
                let target = "\(Self.removedPath)?timeout=30000&since="
                async let first = poller.get(target + "0")
                async let second = poller.get(target + "0")
                try await Task.sleep(for: .milliseconds(200))
                let begin = ContinuousClock.now
                _ = try await bench.client.send(
                    "POST", "/_pusher/v1/users/@bob:hs/logout", #"{"except_device_id":"D2"}"#)
                for answer in [try await first, try await second] {
                    #expect(answer.json?["removed"]?.count == 2 && answer.json?["next"]?.integer == 2, "\(answer.text)")
                }
                #expect(ContinuousClock.now - begin < .seconds(5))
                #expect(
                    try await poller.get("\(Self.removedPath)?since=2&timeout=50").text == #"{"removed":[],"next":2}"#)

                async let last = poller.get(target + "2")
                try await Task.sleep(for: .milliseconds(200))
                #expect(try await bench.sidecar.stop(within: .seconds(5)) == .code(0))
                let answer = try await last
                #expect(answer.status == 200 && answer.text == #"{"removed":[],"next":2}"#)
            }
        }

        @Test func operatorsListShowRemoveAndRestore() async throws {
            try await Bench.run { bench in
                try await set(bench, "a-long-pushkey-nobody-may-see")
                try await set(bench, "eve", user: "@eve:hs", members: #","enabled":false"#)
                let place = ["--socket", bench.sidecar.socketPath, "--database", bench.sidecar.databasePath]
                func run(_ arguments: String...) async throws -> SidecarProcess.CommandResult {
                    let result = try await bench.sidecar.run(arguments + place)
                    let secret = "a-long-pushkey-nobody-may-see"
                    #expect(result.output.contains(secret) == arguments.contains("--show-secrets"), "\(arguments)")
                    return result
                }
                func json(_ result: SidecarProcess.CommandResult) throws -> [JSONValue] {
                    try result.output.split(separator: "\n").map { try JSONDocument(parsing: String($0)).root }
                }
                let table = try await run("pushers", "list")
                #expect(table.exit == .code(0) && table.output.contains("@eve:hs") && table.output.contains("disabled"))
                let bobs = try json(try await run("pushers", "list", "--json", "--user", "@bob:hs", "--state", "ok"))
                #expect(bobs.count == 1 && bobs[0]["v"]?.integer == 1 && bobs[0]["pushkey"]?.string == "a-lo…-see")
                let id = try #require(bobs[0]["id"]?.string)
                _ = try await run("pushers", "list", "--user", "@bob:hs", "--show-secrets")
                #expect(try await run("pushers", "show", id).output.contains("org.example.app"))
                #expect(try json(try await run("pushers", "show", id, "--json"))[0]["data"] == nil)
                #expect(try await run("pushers", "show", "4711").exit == .code(1))
                #expect(try await run("pushers", "list", "--state", "odd").exit == .code(64))

                #expect(try await run("pushers", "remove", id).exit == .code(0))
                #expect(try await run("pushers", "remove", id).exit == .code(1))
                let removals = try json(try await run("removed", "list", "--json", "--reason", "deleted"))
                #expect(removals.count == 1 && removals[0]["restorable"]?.bool == true)
                #expect(try json(try await run("removed", "list", "--json", "--user", "@eve:hs")).isEmpty)
                let removal = try #require(removals[0]["id"]?.string)
                #expect(try await run("removed", "restore", removal).exit == .code(0))
                let again = try await run("removed", "restore", removal)
                #expect(again.exit == .code(1) && again.errors.contains("restored"), "\(again.errors)")
                #expect(try await run("removed", "list").output.contains("restored"))

                // Where none runs the database is read, and nothing is changed.
                _ = try await bench.sidecar.stop()
                let offline = try await run("pushers", "list", "--json")
                #expect(try json(offline).count == 2 && offline.errors.contains("no sidecar"))
                let tombstones = try await run("removed", "list", "--json")
                #expect(try json(tombstones).count == 1 && tombstones.errors.contains("no sidecar"))
                for change in [["pushers", "remove", "2"], ["removed", "restore", removal]] {
                    let refused = try await bench.sidecar.run(change + place)
                    #expect(refused.exit == .code(1) && refused.errors.contains("running"), "\(refused.errors)")
                }
            }
        }
    }
}
