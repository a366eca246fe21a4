import PushJSON

/// A value copied out of its document, for comparison: numbers in their spelling, strings in their bytes.
indirect enum JSONTree: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number([UInt8])
    case string([UInt8])
    case array([JSONTree])
    case object([Member])

    struct Member: Equatable {
        let key: [UInt8]
        let value: JSONTree
    }

    init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .true, .false: self = .bool(value.bool!)
        case .integer: self = .integer(value.integer!)
        case .number: self = .number(Array(value.sourceBytes))
        case .string: self = .string(value.withStringBytes { Array($0) }!)
        case .array: self = .array(value.elements!.map { JSONTree($0) })
        case .object:
            self = .object(
                value.members!.map { Member(key: $0.key.withStringBytes { Array($0) }!, value: JSONTree($0.value)) })
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let bool): writer.value(bool)
        case .integer(let integer): writer.value(integer)
        case .number(let spelling): writer.raw(spelling)
        case .string(let bytes): bytes.withUnsafeBufferPointer { writer.value(utf8: $0) }
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(String(decoding: member.key, as: UTF8.self))
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
