internal import PushJSON
internal import SidecarHarness

/// One performance of the demonstration.
struct DemoRun: Sendable {
    /// Gateways of the demonstration are at 127.0.0.1 and speak HTTP, which a sidecar refuses unless told otherwise.
    static let configuration = """
        network: {allow_http: true, ip_range_allowlist: ["127.0.0.0/8"]}
        retry: {initial: 250ms}
        delivery: {probe_initial: 250ms}
        """

    /// Between steps, so that the lines can be read as they come.
    private static let pace: Duration = .milliseconds(150)

    private let sidecar: SidecarProcess
    private let screen: DemoScreen

    init(sidecar: SidecarProcess, screen: DemoScreen) {
        self.sidecar = sidecar
        self.screen = screen
    }

    /// Performs it all and prints the verdict.
    /// - Returns: whether everything came as it had to.
    func perform() async throws -> Bool {
        screen.title("matrix-pusher: from a conversation to its notifications, with a crash in between\n")
        let roster = DemoRoster()
        let gateways = DemoGateways { [screen] received, answer in
            let sight = roster.sight(of: received, answer: answer)
            screen.notification(received, pusher: sight.pusher, answer: answer, isRepeated: sight.isRepeated)
        }
        try await gateways.start()
        let pushers = try DemoPusher.all(ports: gateways.ports)
        let steps = try DemoStep.all(pushers: pushers)
        roster.add(pushers)

        screen.step("start the sidecar (socket \(sidecar.socketPath)) and two gateways")
        try await sidecar.start()
        for pusher in pushers { try await register(pusher, at: gateways) }

        var crashes: [DeliveryAudit.Crash] = []
        for (number, step) in steps.enumerated() {
            screen.step(step.title)
            switch step.action {
            case .send(let transaction, let expectations):
                for expectation in expectations where expectation.pusher.name == step.heldPusher {
                    gateways.hold(expectation.delivery)
                }
                try await send(transaction.sourceBytes, to: "/_pusher/v1/transactions/demo-\(number)", "PUT")
            case .crash:
                crashes.append(try await crash(gateways))
            }
            try await Task.sleep(for: Self.pace)
        }

        let expectations = steps.flatMap(\.expectations)
        var problems = await settle(expectations, gateways)
        problems += try await goneProblems(pushers)
        problems += try await statusScreen()
        let audit = DeliveryAudit(
            expected: expectations.map(\.delivery), received: gateways.log.received, crashes: crashes)
        problems += audit.problems
        problems += contentProblems(expectations, gateways.log.received)
        return verdict(problems, count: expectations.count, audit: audit)
    }

    // MARK: Steps

    private func register(_ pusher: DemoPusher, at gateways: DemoGateways) async throws {
        if pusher.isRejected { gateways.reject(pusher.pushkey) }
        let remarks = [
            pusher.wantsEventIDOnly ? "event_id_only" : "full format",
            pusher.isRejected ? "its pushkey will be rejected" : nil,
            pusher.pushRules == nil ? nil : "with a keyword, behind a gateway that is busy at first",
        ].compactMap { $0 }
        screen.step("register \(pusher.name) (\(remarks.joined(separator: ", ")))")
        if let rules = pusher.pushRules {
            try await send(rules.sourceBytes, to: "/_pusher/v1/users/\(pusher.userID)/pushrules", "PUT")
        }
        try await send(
            pusher.registration.sourceBytes, to: "/_matrix/client/v3/pushers/set?user_id=\(pusher.userID)",
            "POST")
    }

    private func send(_ body: [UInt8], to target: String, _ method: String) async throws {
        let response = try await sidecar.client.send(method, target, bytes: body)
        guard response.status == 200 else {
            throw HarnessError("\(method) \(target) was answered \(response.status) \(response.text)")
        }
        if let rejected = response.json?["rejected"], rejected.count > 0 {
            throw HarnessError("\(method) \(target): \(response.text)")
        }
    }

    private func crash(_ gateways: DemoGateways) async throws -> DeliveryAudit.Crash {
        try await waitUntil("the request that gets no answer") { gateways.hasHeldAll }
        let crash = try await sidecar.crash(seenBy: gateways.log)
        try await sidecar.start()
        return crash
    }

    // MARK: Verdict

    /// Waits until everything has come, then until the queue is empty, so that nothing more can come.
    private func settle(_ expectations: [DemoExpectation], _ gateways: DemoGateways) async -> [String] {
        let expected = Set(expectations.map(\.delivery))
        do {
            try await waitUntil("every notification", within: .seconds(15)) {
                let accepted = gateways.log.received.filter(\.isAccepted).compactMap { received in
                    received.pushkey.map { .init(pushkey: $0, eventID: received.eventID ?? "") }
                        as DeliveryAudit.Delivery?
                }
                return expected.isSubset(of: accepted)
            }
            try await waitUntil("the queue to be empty", within: .seconds(5)) {
                try await sidecar.client.get("/_pusher/v1/status").json?["queue"]?["pending"]?.integer == 0
            }
            return []
        } catch {
            return ["\(error)"]
        }
    }

    /// A rejected pushkey's pusher has to be gone, the others have to be there.
    private func goneProblems(_ pushers: [DemoPusher]) async throws -> [String] {
        var problems: [String] = []
        for pusher in pushers {
            let response = try await sidecar.client.get("/_matrix/client/v3/pushers?user_id=\(pusher.userID)")
            let isThere = response.json?["pushers"]?.elements?.contains {
                $0["pushkey"]?.isString(pusher.pushkey) ?? false
            }
            if isThere != !pusher.isRejected {
                problems.append("\(pusher.name): the pusher is \(isThere == true ? "still there" : "gone")")
            }
        }
        return problems
    }

    private func statusScreen() async throws -> [String] {
        screen.step("matrix-pusher status\n")
        let result = try await sidecar.run(["status", "--socket", sidecar.socketPath])
        screen.text(result.output)
        return result.exit == .code(0) ? [] : ["status failed: \(result.errors)"]
    }

    private func contentProblems(_ expectations: [DemoExpectation], _ received: [ReceivedNotification]) -> [String] {
        var problems: [String] = []
        for notification in received {
            guard
                let expectation = expectations.first(where: {
                    $0.delivery.pushkey == notification.pushkey && $0.delivery.eventID == notification.eventID
                })
            else { continue }
            for difference in expectation.differences(from: notification) {
                problems.append("\(expectation.delivery.eventID) for \(expectation.pusher.name): \(difference)")
            }
        }
        let busyAnswers = received.count { $0.status == 503 }
        if busyAnswers != DemoGateways.busyAnswers {
            problems.append("the busy gateway answered 503 \(busyAnswers) times")
        }
        return problems
    }

    private func verdict(_ problems: [String], count: Int, audit: DeliveryAudit) -> Bool {
        for problem in problems { screen.failure("  \(problem)") }
        let repeated = audit.repeated.isEmpty ? "" : " (\(audit.repeated.count) came again: in flight at the kill)"
        let summary =
            "\(count) notifications, \(audit.missing.count) missing, \(audit.doubled.count) doubled\(repeated),"
            + " in \(DemoScreen.seconds(screen.elapsed))"
        if problems.isEmpty {
            screen.success("demo: ok — \(summary)")
        } else {
            screen.failure("demo: failed — \(summary); problems: \(problems.count)")
        }
        return problems.isEmpty
    }
}
