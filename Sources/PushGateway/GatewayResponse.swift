internal import PushJSON

/// A gateway's answer to one request, and what it means.
package struct GatewayResponse: Sendable, Equatable {
    package let outcome: GatewayOutcome
    /// Pushkeys in the `rejected` list that are not ours.
    package let foreignRejectedKeys: Int

    /// Reads an answer. A 2xx body that is empty, cut off or no JSON counts as acceptance: the gateway took the request.
    /// - Parameters:
    ///   - retryAfter: What `Retry-After` asks for, where it was sent.
    ///   - pushkey: The pushkey of the request.
    package init(status: Int, retryAfter: Duration?, body: [UInt8], pushkey: String) {
        guard (200..<300).contains(status) else {
            outcome = .status(status, retryAfter: retryAfter)
            foreignRejectedKeys = 0
            return
        }
        var isRejected = false
        var foreign = 0
        for key in Self.rejectedKeys(of: body) {
            if key.isString(pushkey) { isRejected = true } else { foreign += 1 }
        }
        outcome = isRejected ? .rejected : .accepted
        foreignRejectedKeys = foreign
    }

    /// An outcome without an answer to read.
    init(outcome: GatewayOutcome) {
        self.outcome = outcome
        foreignRejectedKeys = 0
    }

    /// Whether the body is a whole JSON object: an answer that is complete even if the connection then breaks.
    static func isComplete(_ body: [UInt8]) -> Bool {
        guard !isEmptyList(body) else { return true }
        return (try? JSONDocument(parsing: body))?.root.kind == .object
    }

    private static func rejectedKeys(of body: [UInt8]) -> [JSONValue] {
        guard !body.isEmpty, !isEmptyList(body), let document = try? JSONDocument(parsing: body),
            let keys = document.root["rejected"]?.elements
        else { return [] }
        return keys.filter { $0.kind == .string }
    }

    /// The usual answer, known without parsing.
    private static func isEmptyList(_ body: [UInt8]) -> Bool {
        body == compactEmptyList || body == spacedEmptyList
    }

    private static let compactEmptyList = Array("{\"rejected\":[]}".utf8)
    private static let spacedEmptyList = Array("{\"rejected\": []}".utf8)
}
