internal import MatrixPusher

/// What all connections of a server may hold together in large bodies and large answers.
struct HTTPMemory: Sendable {
    let bodies: MemoryBudget
    let answers: MemoryBudget

    init(_ limits: HTTPLimits) {
        bodies = MemoryBudget(capacity: limits.allBodies)
        answers = MemoryBudget(capacity: limits.allAnswers)
    }

    static let exhausted = HTTPResponse.error(
        503, "M_UNKNOWN", "too many large requests at once; try again", retryAfter: .seconds(1))

    /// The answer, or in place of a large one a refusal, where too many of those are not taken yet.
    func admitted(_ answer: HTTPResponse, _ limits: HTTPLimits, _ share: inout MemoryBudget.Share?) -> HTTPResponse {
        guard answer.body.count > limits.smallSize else { return answer }
        share = answers.takeNow(answer.body.count)
        return share == nil ? Self.exhausted : answer
    }
}
