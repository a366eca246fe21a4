internal import PushQueue

extension OfflineQueue: DeadLetterInspection {
    public func deadLetters(_ filter: DeadLetterFilter) async throws(PusherError) -> [NotificationSummary] {
        try read { reader throws(QueueError) in
            try DeadLetterListing.list(filter, from: reader, now: UnixClock.now())
        }
    }

    public func deadLetter(id: Int64) async throws(PusherError) -> NotificationDetail? {
        try read { reader throws(QueueError) in try DeadLetterListing.detail(id, from: reader) }
    }
}
