/// What a scripted gateway does with a request.
package enum GatewayAnswer: Sendable {
    /// Answers, after a pause if there is one.
    case respond(status: Int, body: String = "{}", headers: [String: String] = [:], after: Duration = .zero)
    /// Never answers.
    case hold
    /// Closes the connection without a word.
    case disconnect

    package static let accept = respond(status: 200, body: #"{"rejected":[]}"#)

    /// Accepts the request but not the pushkey.
    package static func reject(_ pushkey: String) -> GatewayAnswer {
        .respond(status: 200, body: "{\"rejected\":[\"\(pushkey)\"]}")
    }
}
