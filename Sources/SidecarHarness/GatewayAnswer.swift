internal import PushJSON

/// What a scripted gateway does with a request.
package enum GatewayAnswer: Sendable {
    /// Answers, after a pause if there is one.
    case respond(status: Int, body: String = "{}", headers: [String: String] = [:], after: Duration = .zero)
    /// Answers like ``respond(status:body:headers:after:)``, and resets the connection as soon as the answer is sent.
    case respondAndReset(status: Int, body: String = "{}")
    /// Never answers.
    case hold
    /// Closes the connection without a word.
    case disconnect

    package static let accept = respond(status: 200, body: #"{"rejected":[]}"#)

    /// Accepts the request but not the pushkey.
    package static func reject(_ pushkey: String) -> GatewayAnswer {
        .respond(status: 200, body: "{\"rejected\":[\"\(pushkey)\"]}")
    }

    /// Whether the answer's body has this pushkey among the rejected ones.
    func rejects(_ pushkey: String?) -> Bool {
        guard case .respond(200..<300, let body, _, _) = self, body != "{}", let pushkey,
            let rejected = (try? JSONDocument(parsing: Array(body.utf8)))?.root["rejected"]?.elements
        else { return false }
        return rejected.contains { $0.string == pushkey }
    }
}
