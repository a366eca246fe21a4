import PushJSON

/// One pass of a compiled ruleset over an event for one recipient.
struct Evaluation {
    let ruleset: CompiledRuleset
    let instructions: UnsafeBufferPointer<Instruction>
    let bytes: UnsafeBufferPointer<UInt8>
    let event: PushEvent
    let userID: UnsafeBufferPointer<UInt8>
    let displayName: UnsafeBufferPointer<UInt8>?
    /// What is left of the work that this recipient's patterns may make.
    private(set) var steps = PushRuleLimits.globSteps

    init(
        ruleset: CompiledRuleset, instructions: UnsafeBufferPointer<Instruction>, bytes: UnsafeBufferPointer<UInt8>,
        event: PushEvent, userID: UnsafeBufferPointer<UInt8>, displayName: UnsafeBufferPointer<UInt8>?
    ) {
        self.ruleset = ruleset
        self.instructions = instructions
        self.bytes = bytes
        self.event = event
        self.userID = userID
        self.displayName = displayName
    }

    /// The index of the first rule all of whose conditions hold.
    mutating func firstMatch() -> Int? {
        var index = 0
        while index < instructions.count {
            let instruction = instructions[index]
            if !holds(instruction) {
                index = Int(instruction.next)
            } else if instruction.isLast {
                return Int(instruction.rule)
            } else {
                index &+= 1
            }
        }
        return nil
    }

    @inline(__always)
    mutating func holds(_ instruction: Instruction) -> Bool {
        let place = place(of: instruction)
        switch instruction.operation {
        case .always: return true
        case .never: return false
        case .withoutMentions: return event.property(place).kind == nil
        case .text:
            guard let property = event.foldedProperty(place), property.foldedHash == instruction.number else {
                return false
            }
            return property.folded.hasSameBytes(as: text(of: instruction))
        case .string:
            guard let property = event.hashedProperty(place), property.hash == instruction.number else { return false }
            return event.value(place)?.isString(text(of: instruction)) ?? false
        case .kind:
            guard let kind = event.property(place).kind else { return false }
            return UInt64(kind.rawValue) == instruction.number
        case .integer:
            guard event.property(place).kind == .integer else { return false }
            return event.value(place)?.integer == Int64(bitPattern: instruction.number)
        case .bodyWord, .bodyPhrase:
            guard let property = event.foldedProperty(place),
                event.bodyMayContain(word: instruction.number, body: property.folded)
            else { return false }
            return findsInBody(instruction, property.folded)
        case .memberCount:
            guard let count = event.memberCount else { return false }
            return count >= Int64(bitPattern: instruction.number) && count <= instruction.upper
        default: return holdsRarely(instruction, place)
        }
    }

    /// Where the event keeps the property that a condition is about.
    @inline(__always)
    func place(of instruction: Instruction) -> Int {
        if instruction.place >= 0 { return Int(instruction.place) }
        return event.place(of: ruleset.paths[-1 - Int(instruction.place)])
    }

    /// The conditions that few rules have or few events get to.
    @inline(never)
    private mutating func holdsRarely(_ instruction: Instruction, _ place: Int) -> Bool {
        switch instruction.operation {
        case .textGlob:
            guard let property = event.foldedProperty(place) else { return false }
            return Glob.matchesWhole(text(of: instruction), property.folded, steps: &steps)
        case .bodyGlob:
            guard let property = event.foldedProperty(place) else { return false }
            return findsInBody(instruction, property.folded)
        case .textIsUserID:
            guard let property = event.foldedProperty(place) else { return false }
            return CaseFolding.fold(userID).elementsEqual(property.folded)
        case .localpart:
            let localpart = userID.prefix { $0 != UInt8(ascii: ":") }.dropFirst()
            return bodyContains(CaseFolding.fold(UnsafeBufferPointer(rebasing: localpart)), place)
        case .displayName:
            guard let displayName else { return false }
            return bodyContains(CaseFolding.fold(displayName), place)
        case .contains:
            guard event.property(place).kind == .array, let elements = event.value(place)?.elements else {
                return false
            }
            let scalar = ruleset.scalars[Int(instruction.start)]
            return elements.contains { scalar.isEqual(to: $0) }
        case .containsUserID:
            guard event.property(place).kind == .array, let elements = event.value(place)?.elements else {
                return false
            }
            return elements.contains { $0.isString(userID) }
        case .permission: return event.isPermitted(key: text(of: instruction))
        default: return false
        }
    }

    private mutating func findsInBody(_ instruction: Instruction, _ body: UnsafeBufferPointer<UInt8>) -> Bool {
        Glob.matchesWords(text(of: instruction), body, steps: &steps)
    }

    /// Whether the body has this text, which has no wildcards, between word boundaries; nothing is found where it is empty.
    private mutating func bodyContains(_ literal: [UInt8], _ place: Int) -> Bool {
        guard !literal.isEmpty, let property = event.foldedProperty(place) else { return false }
        return literal.withUnsafeBufferPointer { literal in
            if let word = WordIndex.hashOfLongestWord(in: literal),
                !event.bodyMayContain(word: word, body: property.folded)
            {
                return false
            }
            return Glob.matchesWords(literal, property.folded, steps: &steps)
        }
    }

    @inline(__always)
    private func text(of instruction: Instruction) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            rebasing: bytes[Int(instruction.start)..<Int(instruction.start &+ instruction.count)])
    }
}
