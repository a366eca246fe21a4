/// A notification that is done with: accepted by its gateway, or cancelled.
package struct FinishedNotification: Sendable, Equatable {
    package var id: Int64
    /// Whether failures were recorded for it. `false` saves the look at the attempt log.
    package var hadFailures: Bool

    package init(id: Int64, hadFailures: Bool) {
        self.id = id
        self.hadFailures = hadFailures
    }
}
