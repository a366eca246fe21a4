/// The reader's statements that run often.
final class ReadStatements {
    let begin, commit: Statement
    let notification, event: Statement
    let pusher, pushersOfUser, ruleset: Statement

    init(_ connection: Connection) throws(QueueError) {
        begin = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
        notification = try connection.prepare(
            "SELECT \(PendingNotification.columns), tweaks FROM notifications WHERE id = ?1")
        event = try connection.prepare("SELECT event, room FROM events WHERE number = ?1")
        pusher = try connection.prepare("SELECT \(PusherRow.columns) FROM pushers WHERE id = ?1")
        pushersOfUser = try connection.prepare(
            "SELECT \(PusherRow.columns) FROM pushers WHERE user_id = ?1 ORDER BY id")
        ruleset = try connection.prepare("SELECT content FROM rulesets WHERE user_id = ?1")
    }
}
