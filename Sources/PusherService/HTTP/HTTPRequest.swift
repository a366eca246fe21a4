internal import MatrixPusher

/// A request whose path has matched a route, with its whole body.
struct HTTPRequest: Sendable {
    /// The values of the route's `{…}` segments, in order; none is empty.
    let parameters: [String]
    let query: [RequestTarget.QueryItem]
    var body: [UInt8]
    /// See ``Route/isBrief``.
    let isBrief: Bool

    init(
        parameters: [String] = [], query: [RequestTarget.QueryItem] = [], body: [UInt8] = [], isBrief: Bool = false
    ) {
        self.parameters = parameters
        self.query = query
        self.body = body
        self.isBrief = isBrief
    }

    /// The value of a query parameter, the first one where it is repeated.
    func queryValue(_ name: String) -> String? {
        for item in query where item.name == name { return item.value }
        return nil
    }

    /// The user on whose behalf the homeserver asks: `?user_id=`.
    /// - Throws: `M_MISSING_PARAM`, `M_INVALID_PARAM`.
    func userID() throws(PusherError) -> String {
        guard let user = queryValue("user_id") else {
            throw PusherError(.missingParam, "the query parameter user_id is missing")
        }
        return try Self.checkedUserID(user)
    }

    /// Refuses what can be no user id.
    static func checkedUserID(_ user: String) throws(PusherError) -> String {
        guard UserID.isValid(user) else {
            throw PusherError(.invalidParam, "not a user id; expected @localpart:server of at most 255 bytes")
        }
        return user
    }
}
