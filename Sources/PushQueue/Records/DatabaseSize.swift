/// Bytes on disk.
package struct DatabaseSize: Sendable, Equatable {
    package var main: Int64
    /// The write-ahead log.
    package var log: Int64

    package var total: Int64 { main + log }

    package init(main: Int64, log: Int64) {
        self.main = main
        self.log = log
    }
}
