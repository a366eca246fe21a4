public import PushJSON

/// A request of `explain`: an event, a recipient, and optionally the room, the display name and the ruleset.
public struct ExplainRequest {
    private let event: PushEvent
    private let userID: String
    private let displayName: String?
    private let ruleset: PushRuleset

    /// Reads `{"event", "user_id", "display_name", "room", "ruleset"}`; other members are ignored, null counts as absent.
    /// - Throws: ``PushRulesError``; its ``PushRulesError/errcode`` is `M_MISSING_PARAM` without `event` or `user_id`.
    public init(parsing request: JSONValue, limits: PushRuleLimits = PushRuleLimits()) throws(PushRulesError) {
        guard request.kind == .object else { throw PushRulesError(.malformed, "the request is not an object") }
        guard let event = request["event"], !event.isNull else { throw PushRulesError(.missing, "event is missing") }
        guard let recipient = request["user_id"], !recipient.isNull else {
            throw PushRulesError(.missing, "user_id is missing")
        }
        guard let userID = recipient.string, !userID.isEmpty else {
            throw PushRulesError(.malformed, "user_id is not a string, or empty")
        }
        var displayName: String?
        if let name = request["display_name"], !name.isNull {
            guard let string = name.string else { throw PushRulesError(.malformed, "display_name is not a string") }
            displayName = string
        }
        self.userID = userID
        self.displayName = displayName
        self.event = try PushEvent(event: event, room: request["room"])
        if let content = request["ruleset"], !content.isNull {
            ruleset = try PushRuleset(parsing: content, limits: limits)
        } else {
            ruleset = PushRuleset()
        }
    }

    /// Evaluates the rules and says why they come to what they come to.
    public func explanation(defaults: DefaultRules = DefaultRules()) -> Explanation {
        Explanation(ruleset, defaults: defaults, event: event, recipient: userID, displayName: displayName)
    }

    /// Answers one line of JSON with one line of JSON, without line ends.
    ///
    /// A line that is no JSON or no request gets a Matrix error with `"v":1`.
    public static func answer(line: [UInt8], defaults: DefaultRules = DefaultRules()) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 2048)
        do throws(JSONError) {
            let document = try JSONDocument(parsing: line)
            do throws(PushRulesError) {
                try ExplainRequest(parsing: document.root).explanation(defaults: defaults).write(to: &writer)
            } catch {
                return answer(errcode: error.errcode, error.description)
            }
        } catch {
            return answer(errcode: "M_BAD_JSON", error.description)
        }
        return writer.bytes
    }

    private static func answer(errcode: String, _ error: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("v")
        writer.value(1)
        writer.key("errcode")
        writer.value(errcode)
        writer.key("error")
        writer.value(error)
        writer.endObject()
        return writer.bytes
    }
}
