/// A user's badge counts.
package struct UserCounts: Sendable, Equatable {
    package var userID: String
    package var unread: Int
    package var missedCalls: Int

    package init(userID: String, unread: Int, missedCalls: Int) {
        self.userID = userID
        self.unread = unread
        self.missedCalls = missedCalls
    }
}
