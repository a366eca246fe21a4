@testable import PushJSON
@testable import PushRules

/// A request of `explain`: event, recipient, room and ruleset in one JSON object.
///
/// It is answered with JSON whatever it is; evaluating and explaining agree, patterns match as the obvious matcher says
/// and within their share of work, and a ruleset that is written reads back as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRuleset(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    for legacyMentions in [false, true] {
        let defaults = DefaultRules(legacyMentions: legacyMentions)
        let answer = ExplainRequest.answer(line: input, defaults: defaults)
        guard let root = try? JSONDocument(parsing: answer).root, root["v"]?.integer == 1 else {
            preconditionFailure("the answer is no JSON")
        }
        guard root["errcode"] == nil, let request = try? JSONDocument(parsing: input).root else { continue }
        checkRequest(request, defaults, answer: root)
    }
    return 0
}

private func checkRequest(_ request: JSONValue, _ defaults: DefaultRules, answer: JSONValue) {
    let content = request["ruleset"].flatMap { $0.isNull ? nil : $0 }
    guard let ruleset = content.map({ try? PushRuleset(parsing: $0) }) ?? PushRuleset(),
        let event = request["event"], let prepared = try? PushEvent(event: event, room: request["room"]),
        let userID = request["user_id"]?.string
    else { preconditionFailure("explained, but not readable") }
    let displayName = request["display_name"]?.string

    let compiled = CompiledRuleset.compiling(ruleset, defaults: defaults)
    let verdict = compiled.evaluate(prepared, recipient: userID, displayName: displayName)
    check(verdict, against: answer)
    // A second look finds kept properties.
    check(compiled.evaluate(prepared, recipient: userID, displayName: displayName), against: answer)
    checkWork(compiled, prepared, userID: userID, displayName: displayName)
    checkRereading(of: ruleset, defaults, userID: userID)
    checkPatterns(of: ruleset, event, userID: userID)
}

// MARK: Verdicts

private func check(_ verdict: Verdict, against answer: JSONValue) {
    precondition(verdict.notify == answer["notify"]?.bool, "notify")
    precondition(verdict.highlight == answer["highlight"]?.bool, "highlight")
    precondition(verdict.rule?.kind.rawValue == answer["rule"]?["kind"]?.string, "kind of the rule")
    precondition(isSame(verdict.rule?.ruleID, answer["rule"]?["rule_id"]?.string), "ID of the rule")
    precondition(answer["actions"]?.sourceBytes.elementsEqual(verdict.actions?.source ?? Array("[]".utf8)) == true)
    precondition(answer["tweaks"]?.sourceBytes.elementsEqual(verdict.tweaks ?? Array("{}".utf8)) == true)
    guard let trace = answer["trace"]?.elements.map(Array.init) else { preconditionFailure("no trace") }
    let matched = trace.indices.filter { trace[$0]["result"]?.isString("matched") == true }
    precondition(matched == (verdict.rule == nil ? [] : [trace.count - 1]), "the trace ends elsewhere")
}

/// Strings of Swift are equal under normalisation; IDs are not.
private func isSame(_ one: String?, _ other: String?) -> Bool {
    one.map { Array($0.utf8) } == other.map { Array($0.utf8) }
}

/// Every pattern takes at most its length times the length of the longest text there can be.
private func checkWork(_ compiled: CompiledRuleset, _ event: PushEvent, userID: String, displayName: String?) {
    let taken = CompiledRuleset.withBytes(of: userID, displayName) { userID, displayName in
        compiled.withEvaluation(event, userID, displayName) { evaluation in
            _ = evaluation.firstMatch()
            return PushRuleLimits.globSteps - evaluation.steps
        }
    }
    // Folding makes at most three bytes of two; names of the recipient are looked for by rules without a pattern.
    let text = event.event.sourceBytes.count * 3 / 2 + 2
    let names = compiled.rules.count * (userID.utf8.count + (displayName?.utf8.count ?? 0)) * 3 / 2
    let patterns = compiled.bytes.count + names + compiled.instructions.count * 2
    precondition(taken >= 0 && taken <= patterns * text, "patterns took more than their share of work")
}

// MARK: Writing

private func checkRereading(of ruleset: PushRuleset, _ defaults: DefaultRules, userID: String) {
    let written = write(ruleset, defaults, userID)
    let stored = ruleset.storedContent
    guard let again = try? PushRuleset(parsing: JSONDocument(parsing: written).root),
        let restored = try? PushRuleset(stored: JSONDocument(parsing: stored).root)
    else { preconditionFailure("what was written is not readable") }
    precondition(restored.storedContent == stored, "storing again differs")
    precondition(write(restored, defaults, userID) == written, "what was stored is written differently")
    precondition(write(again, defaults, userID) == written, "what was written is written differently")
    precondition(restored.isEmpty == ruleset.isEmpty, "emptiness")
}

private func write(_ ruleset: PushRuleset, _ defaults: DefaultRules, _ userID: String) -> [UInt8] {
    var writer = JSONWriter()
    ruleset.write(to: &writer, userID: userID, defaults: defaults)
    return writer.bytes
}

// MARK: Patterns

private func checkPatterns(of ruleset: PushRuleset, _ event: JSONValue, userID: String) {
    for rule in ruleset.own.joined() {
        switch rule.matching {
        case .pattern(let pattern): checkPattern(.body, pattern, event)
        case .conditions(let conditions):
            for condition in conditions {
                if case .eventMatch(let path, let pattern) = condition.test { checkPattern(path, pattern, event) }
            }
        case .localpart, .ruleID: break
        }
    }
}

/// One condition alone, with the shortcuts of compiled rules, against the obvious matcher.
private func checkPattern(_ path: PropertyPath, _ pattern: String, _ event: JSONValue) {
    let text = withExtendedLifetime(event) { path.value(in: event.view)?.string }
    guard let text else { return }
    let (pattern, folded) = (scalars(pattern), scalars(text))
    guard pattern.count * folded.count < 20_000, let prepared = try? PushEvent(event: event) else { return }
    var builder = RulesetBuilder()
    builder.add(
        PushRule(
            kind: .override, ruleID: "r", isDefault: false, isEnabled: true, actions: .none,
            matching: .conditions([
                PushCondition(.eventMatch(path, pattern: String(String.UnicodeScalarView(pattern))))
            ])))
    let matches = CompiledRuleset.withBytes(of: "", nil) {
        CompiledRuleset(builder).withEvaluation(prepared, $0, $1) { $0.firstMatch() == 0 }
    }
    let expected = path == .body ? matchesWords(pattern, folded) : reach(of: pattern, folded, from: 0).last == true
    precondition(matches == expected, "a pattern matches otherwise than the obvious matcher says")
}

private func scalars(_ text: String) -> [Unicode.Scalar] {
    Array(String(decoding: CaseFolding.fold(text), as: UTF8.self).unicodeScalars)
}

private func matchesWords(_ pattern: [Unicode.Scalar], _ text: [Unicode.Scalar]) -> Bool {
    let boundaries = (0...text.count).map { place in
        place == 0 || place == text.count || !isWord(text[place - 1]) || !isWord(text[place])
    }
    return boundaries.indices.contains { start in
        guard boundaries[start] else { return false }
        return zip(reach(of: pattern, text, from: start), boundaries[start...]).contains { $0 && $1 }
    }
}

private func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_")
}

/// Where a match of the pattern that begins at `start` can end, for each place from there on.
private func reach(of pattern: [Unicode.Scalar], _ text: [Unicode.Scalar], from start: Int) -> [Bool] {
    var ends = [Bool](repeating: false, count: text.count - start + 1)
    ends[0] = true
    for part in pattern {
        if part == "*" {
            let first = ends.firstIndex(of: true) ?? ends.count
            for place in first..<ends.count { ends[place] = true }
        } else {
            for place in ends.indices.dropFirst().reversed() {
                ends[place] = ends[place - 1] && (part == "?" || part == text[start + place - 1])
            }
            ends[0] = false
        }
    }
    return ends
}
