/// How much is measured for the table.
struct ReachPlan {
    /// The parts of the table; the rows of a part that is left out are marked so.
    enum Part: String, CaseIterable {
        case delivery
        case latency
        case slow
        case evaluation
        case instructions
        case backlog
    }

    var parts = Part.allCases
    var rounds = 5
    /// Filling and draining millions takes minutes.
    var backlogRounds = 1
    var deliver = DeliverSettings(notifications: 100_000, withLatency: false)
    /// Notifications that instructions are counted of.
    var instructions = 8000
    var backlogSizes = [1024, 1_000_192, 5_000_192]
    var idlePushers = 1_000_000
    var latencySeconds = 30
    var inFlight = 2000
    var slowSeconds = 10
    var evaluations = 20_000

    /// A look at everything in a few minutes. Its figures say little.
    static let quick: ReachPlan = {
        var plan = ReachPlan()
        plan.rounds = 1
        plan.deliver.notifications = 10_000
        plan.instructions = 1000
        plan.backlogSizes = [1024, 20_480, 51_200]
        plan.idlePushers = 50_000
        plan.latencySeconds = 3
        plan.inFlight = 200
        plan.slowSeconds = 2
        return plan
    }()

    /// Hardly anything: whether it runs at all.
    static let check: ReachPlan = {
        var plan = quick
        plan.deliver.notifications = 256
        plan.backlogSizes = [256, 512, 768]
        plan.idlePushers = 500
        plan.latencySeconds = 1
        plan.inFlight = 8
        plan.slowSeconds = 1
        plan.evaluations = 100
        return plan
    }()
}
