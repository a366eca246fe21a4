/// The type of a JSON value.
///
/// Raw values count from 0 with the containers last: ``JSONNode`` packs them into three bits.
public enum JSONKind: UInt8, Sendable {
    case null
    case `true`
    case `false`
    /// A number without fraction or exponent within ±(2^53 − 1), the range of canonical JSON.
    case integer
    /// Any other number; its spelling is kept.
    case number
    case string
    case array
    case object
}
