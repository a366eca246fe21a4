import PushJSON

/// Any bytes: they parse or are refused with a sound offset; what parses can be given back, in parts and rewritten.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    do throws(JSONError) {
        let root = try JSONDocument(parsing: input).root
        checkRewriting(of: root)
        checkParts(of: root)
    } catch {
        checkOffset(of: error, in: input)
    }
    return 0
}

/// The offset is within bounds, and the bytes before it could begin a correct text.
private func checkOffset(of error: JSONError, in input: [UInt8]) {
    precondition((0...input.count).contains(error.offset), "offset out of bounds")
    precondition((error.reason == .unexpectedEnd) == (error.offset == input.count), "reason and offset disagree")
    do throws(JSONError) {
        _ = try JSONDocument(parsing: Array(input[..<error.offset]))
    } catch let prefixError {
        precondition(prefixError == JSONError(.unexpectedEnd, at: error.offset), "error before the offset")
    }
}

/// Written again value by value, the tree parses to an equal tree.
private func checkRewriting(of root: JSONValue) {
    var writer = JSONWriter()
    write(root, to: &writer)
    guard let rewritten = try? JSONDocument(parsing: writer.bytes).root else { preconditionFailure("rewriting failed") }
    precondition(isSame(root, rewritten), "rewriting changed a value")
}

/// Each value's own bytes parse alone to an equal value, and each key is found.
private func checkParts(of value: JSONValue) {
    guard let alone = try? JSONDocument(parsing: Array(value.sourceBytes)).root else {
        preconditionFailure("part failed")
    }
    precondition(isSame(value, alone), "a part differs alone")
    precondition(alone.sourceBytes.elementsEqual(value.sourceBytes), "a part's bytes differ alone")
    if let elements = value.elements {
        for element in elements { checkParts(of: element) }
    }
    if let members = value.members {
        for (key, member) in members {
            checkLookup(of: key, in: value)
            checkParts(of: member)
        }
    }
}

/// A key finds the last member that has it.
private func checkLookup(of key: JSONValue, in object: JSONValue) {
    let text = key.string!
    var last: JSONValue?
    for member in object.members! where member.key.isString(text) { last = member.value }
    precondition(object[text]?.sourceRange == last?.sourceRange, "not the last of a key")
    precondition(last != nil, "key not found")
}

private func write(_ value: JSONValue, to writer: inout JSONWriter) {
    switch value.kind {
    case .null: writer.null()
    case .true, .false: writer.value(value.bool!)
    case .integer: writer.value(value.integer!)
    case .number: writer.value(value)
    case .string: _ = value.withStringBytes { writer.value(utf8: $0) }
    case .array:
        writer.beginArray()
        for element in value.elements! { write(element, to: &writer) }
        writer.endArray()
    case .object:
        writer.beginObject()
        for (key, member) in value.members! {
            writer.key(key.string!)
            write(member, to: &writer)
        }
        writer.endObject()
    }
}

private func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    guard one.kind == other.kind, one.count == other.count else { return false }
    switch one.kind {
    case .null, .true, .false: return true
    case .integer: return one.integer == other.integer
    case .number: return one.sourceBytes.elementsEqual(other.sourceBytes)
    case .string: return one.string!.utf8.elementsEqual(other.string!.utf8)
    case .array: return zip(one.elements!, other.elements!).allSatisfy { isSame($0, $1) }
    case .object:
        return zip(one.members!, other.members!).allSatisfy { isSame($0.key, $1.key) && isSame($0.value, $1.value) }
    }
}
