import PushJSON

extension Evaluation {
    /// Why a condition that has just failed does not hold, in short words and without content of the event.
    func reason(against instruction: Instruction) -> String {
        switch instruction.operation {
        case .memberCount:
            return event.memberCount == nil ? "the number of members is not known" : "the number of members is another"
        case .permission:
            return "the sender's power level is too low"
        case .displayName where displayName?.isEmpty ?? true:
            return "the recipient has no display name"
        case .text, .textGlob, .bodyWord, .bodyPhrase, .bodyGlob, .textIsUserID, .localpart, .displayName:
            return propertyReason(instruction) { $0 == .string } ?? patternReason(instruction)
        case .contains, .containsUserID:
            return propertyReason(instruction, of: "an array") { $0 == .array } ?? "the array does not have the value"
        default:
            return propertyReason(instruction) { _ in true } ?? "the property has another value"
        }
    }

    private func patternReason(_ instruction: Instruction) -> String {
        if steps <= 0 { return "the rules' patterns took too much work" }
        return switch instruction.operation {
        case .text, .textGlob: "the property does not match the pattern"
        case .textIsUserID: "the property is not the recipient's user ID"
        case .localpart: "the body does not have the recipient's user name"
        case .displayName: "the body does not have the recipient's display name"
        default: "the body does not have the pattern between word boundaries"
        }
    }

    private func propertyReason(
        _ instruction: Instruction, of type: String = "a string", _ isRight: (JSONKind) -> Bool
    ) -> String? {
        guard let kind = event.property(place(of: instruction)).kind else { return "the event has no such property" }
        return isRight(kind) ? nil : "the property is not \(type)"
    }
}
