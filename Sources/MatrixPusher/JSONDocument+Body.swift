internal import PushJSON

extension JSONDocument {
    /// The value in a request's body.
    static func body(_ body: [UInt8]) throws(PusherError) -> JSONValue {
        do throws(JSONError) {
            return try JSONDocument(parsing: body).root
        } catch {
            throw PusherError(.notJSON, "the body is not JSON: \(error)")
        }
    }
}
