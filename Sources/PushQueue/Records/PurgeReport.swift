/// What one call of `purge` deleted.
package struct PurgeReport: Sendable, Equatable {
    package var deadLetters = 0
    package var removedPushers = 0
    package var transactions = 0
    /// Events whose history was looked at.
    package var history = 0
    /// A batch was full: there may be more to delete.
    package var more = false

    package init() {}
}
