/// The kinds of push rules, in the order in which they are looked at (Client-Server API, "Push Rules").
public enum PushRuleKind: String, CaseIterable, Sendable {
    case override
    case content
    case room
    case sender
    case underride

    /// Position in the order of evaluation, from 0.
    var index: Int {
        switch self {
        case .override: 0
        case .content: 1
        case .room: 2
        case .sender: 3
        case .underride: 4
        }
    }
}
