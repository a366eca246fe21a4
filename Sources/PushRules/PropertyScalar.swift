import PushJSON

/// A value that `event_property_is` and `event_property_contains` can ask for.
enum PropertyScalar: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string([UInt8])

    /// Nil for arrays, objects and numbers outside of canonical JSON.
    init?(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .integer: self = .integer(value.integer ?? 0)
        case .string: self = .string(value.withStringBytes { Array($0) } ?? [])
        case .number, .array, .object: return nil
        }
    }

    func isEqual(to value: JSONView) -> Bool {
        switch self {
        case .null: value.isNull
        case .bool(let bool): value.bool == bool
        case .integer(let integer): value.integer == integer
        case .string(let bytes): bytes.withUnsafeBufferPointer { value.isString($0) }
        }
    }
}

extension PropertyScalar {
    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let bool): writer.value(bool)
        case .integer(let integer): writer.value(integer)
        case .string(let bytes): bytes.withUnsafeBufferPointer { writer.value(utf8: $0) }
        }
    }
}
