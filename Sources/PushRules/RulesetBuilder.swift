import PushJSON

/// Turns rules into instructions.
struct RulesetBuilder {
    private(set) var instructions: ContiguousArray<Instruction> = []
    private(set) var rules: ContiguousArray<CompiledRuleset.Rule> = []
    private(set) var bytes: ContiguousArray<UInt8> = []
    private(set) var paths: [PropertyPath] = []
    private(set) var scalars: [PropertyScalar] = []
    private var pathIndices: [PropertyPath: Int32] = [:]
    /// Equal lists of actions are kept once.
    private var actions: [[UInt8]: PushActions] = [:]

    /// Adds a rule after those added before; its conditions' indices are those of its instructions.
    mutating func add(_ rule: PushRule) {
        let first = instructions.count
        // Before the conditions proper, so that an explanation can tell it apart.
        if rule.isDefault, DefaultRules.legacyRuleIDs.contains(rule.ruleID) {
            append(Instruction(operation: .withoutMentions, place: place(.mentions)))
        }
        switch rule.matching {
        case .conditions(let conditions): for condition in conditions { append(condition.test) }
        case .pattern(let pattern): appendMatch(.body, pattern)
        case .localpart: append(Instruction(operation: .localpart, place: place(.body)))
        case .ruleID:
            appendString(rule.kind == .room ? .roomID : .sender, Array(rule.ruleID.utf8))
        }
        if instructions.count == first { append(Instruction(operation: .always)) }
        for index in first..<instructions.count {
            instructions[index].rule = UInt32(rules.count)
            instructions[index].next = UInt32(instructions.count)
        }
        instructions[instructions.count - 1].isLast = true
        let shared = actions[rule.actions.source] ?? rule.actions
        actions[rule.actions.source] = shared
        rules.append(CompiledRuleset.Rule(kind: rule.kind, ruleID: rule.ruleID, actions: shared))
    }

    private mutating func append(_ instruction: Instruction) { instructions.append(instruction) }

    private mutating func append(_ test: PushCondition.Test) {
        switch test {
        case .eventMatch(let path, let pattern): appendMatch(path, pattern)
        case .eventMatchUserID(let path): append(Instruction(operation: .textIsUserID, place: place(path)))
        case .propertyIs(let path, let scalar): appendIs(path, scalar)
        case .propertyContains(let path, let scalar):
            var instruction = Instruction(operation: .contains, place: place(path))
            instruction.start = UInt32(scalars.count)
            scalars.append(scalar)
            append(instruction)
        case .propertyContainsUserID(let path):
            append(Instruction(operation: .containsUserID, place: place(path)))
        case .containsDisplayName: append(Instruction(operation: .displayName, place: place(.body)))
        case .memberCount(let comparison):
            guard let range = comparison.range else { return append(Instruction(operation: .never)) }
            var instruction = Instruction(operation: .memberCount)
            instruction.number = UInt64(bitPattern: range.lowerBound)
            instruction.upper = range.upperBound
            append(instruction)
        case .senderNotificationPermission(let key):
            append(holding(Array(key.utf8), Instruction(operation: .permission)))
        case .never: append(Instruction(operation: .never))
        }
    }

    private mutating func appendMatch(_ path: PropertyPath, _ pattern: String) {
        let compiled = Glob.compile(pattern)
        let isLiteral = !Glob.hasWildcards(compiled)
        var instruction = Instruction(operation: .textGlob, place: place(path))
        if path == .body {
            instruction.operation = .bodyGlob
            if isLiteral, let hash = compiled.withUnsafeBufferPointer(WordIndex.hashOfLongestWord(in:)) {
                instruction.operation = compiled.allSatisfy(WordBoundary.isWord) ? .bodyWord : .bodyPhrase
                instruction.number = hash
            }
        } else if isLiteral {
            instruction.operation = .text
            instruction.number = SeededHash.hash(compiled)
        }
        append(holding(compiled, instruction))
    }

    private mutating func appendIs(_ path: PropertyPath, _ scalar: PropertyScalar) {
        var instruction = Instruction(operation: .kind, place: place(path))
        switch scalar {
        case .null: instruction.number = UInt64(JSONKind.null.rawValue)
        case .bool(let bool): instruction.number = UInt64((bool ? JSONKind.true : JSONKind.false).rawValue)
        case .integer(let integer):
            instruction.operation = .integer
            instruction.number = UInt64(bitPattern: integer)
        case .string(let bytes): return appendString(path, bytes)
        }
        append(instruction)
    }

    private mutating func appendString(_ path: PropertyPath, _ text: [UInt8]) {
        var instruction = Instruction(operation: .string, place: place(path))
        instruction.number = SeededHash.hash(text)
        append(holding(text, instruction))
    }

    private mutating func holding(_ text: [UInt8], _ instruction: Instruction) -> Instruction {
        var instruction = instruction
        instruction.start = UInt32(bytes.count)
        instruction.count = UInt32(text.count)
        bytes.append(contentsOf: text)
        return instruction
    }

    private mutating func place(_ path: PropertyPath) -> Int32 {
        if let common = PropertyPath.common.firstIndex(of: path) { return Int32(common) }
        if let known = pathIndices[path] { return -1 - known }
        let index = Int32(paths.count)
        pathIndices[path] = index
        paths.append(path)
        return -1 - index
    }
}
