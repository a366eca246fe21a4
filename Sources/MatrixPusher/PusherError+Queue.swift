internal import PushQueue

extension PusherError {
    /// What an error of the queue means for a caller: disk full, busy and closing pass; the rest needs a person.
    init(_ error: QueueError) {
        switch error.code {
        case .notFound: self.init(.notFound, error.message)
        case .conflict: self.init(.invalidParam, error.message)
        case .sqlite, .closed:
            self.init(
                .unavailable, "the queue can not be written now, nothing was stored: \(error)", retryAfter: .seconds(5))
        default: self.init(.unusable, "\(error)")
        }
    }

    /// An error met while opening a database.
    static func opening(_ error: QueueError) -> PusherError { PusherError(.unusable, "\(error)") }
}

extension Result where Failure == QueueError {
    /// The value, or the error as a caller is told it.
    func forCaller() throws(PusherError) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let error): throw PusherError(error)
        }
    }
}
