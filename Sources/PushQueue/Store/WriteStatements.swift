/// The prepared statements of the writer, as stored properties so that none is looked up while writing.
final class WriteStatements {
    let begin, commit: Statement
    let setNumbering: Statement

    let insertEvents, insertNotifications, insertReaders: RowInsert
    let eraseEvent: Statement
    /// What refers to events, by a range of ids.
    let deleteOfEvents: [Statement]
    /// By a range of ids.
    let deleteNotifications: Statement
    let countAttempt: Statement
    let insertAttempt, trimAttempts, deleteAttempts: Statement

    let insertTransaction, readTransaction, deleteTransaction, oldestTransaction: Statement

    let setCounts, deleteCounts: Statement
    let setRuleset, deleteRuleset: Statement
    let setLane, deleteLane: Statement
    let setHistoryFlag: Statement
    let setBadge, deleteBadge: Statement

    let updateHealth: Statement
    let insertDeadLetter, deleteDeadLetter: Statement

    /// SQL on a row of events: a history row, notification or dead letter has its number.
    static let eventIsReferredTo =
        "("
        + ["history", "notifications", "dead_letters"].map { table in
            """
            EXISTS (SELECT 1 FROM \(table) WHERE id BETWEEN number * \(NotificationID.perEvent)
            AND number * \(NotificationID.perEvent) + \(NotificationID.perEvent - 1))
            """
        }.joined(separator: " OR ") + ")"

    init(_ connection: Connection) throws(QueueError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        setNumbering = try connection.prepare("UPDATE numbering SET next_event = ?1")

        insertEvents = try RowInsert(
            into: "events", shared: "at",
            ["number", "expires_at", "event_id", "room_id", "thread_id", "call_id", "event", "room"], on: connection)
        insertNotifications = try RowInsert(
            into: "notifications", shared: "queued_at", ["id", "pusher", "not_before", "flags", "tweaks"],
            on: connection)
        insertReaders = try RowInsert(
            into: "history", ["id", "user_id", "flags", "display_name", "actions"], on: connection)
        eraseEvent = try connection.prepare("UPDATE events SET event = x'', room = NULL WHERE number = ?1")
        deleteOfEvents = try [
            ("history", "id"), ("notifications", "id"), ("dead_letters", "id"), ("attempts", "notification"),
        ]
        .map { table, id throws(QueueError) in
            try connection.prepare("DELETE FROM \(table) WHERE \(id) BETWEEN ?1 AND ?2")
        }
        deleteNotifications = try connection.prepare("DELETE FROM notifications WHERE id BETWEEN ?1 AND ?2")
        countAttempt = try connection.prepare(
            "UPDATE notifications SET attempts = attempts + ?2, last_error = ?3, refusals = ?4 WHERE id = ?1")

        insertAttempt = try connection.prepare(
            """
            INSERT INTO attempts (notification, seq, at, duration_ms, outcome, status, reason, next_attempt_at)
            VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM attempts WHERE notification = ?1), ?2, ?3, ?4, ?5, ?6, ?7)
            """
        )
        trimAttempts = try connection.prepare(
            """
            DELETE FROM attempts WHERE notification = ?1
            AND seq <= (SELECT max(seq) FROM attempts WHERE notification = ?1) - \(QueueStore.attemptsKept)
            """
        )
        deleteAttempts = try connection.prepare("DELETE FROM attempts WHERE notification = ?1")

        insertTransaction = try connection.prepare(
            "INSERT INTO transactions (txn_id, at, answer, delivery_keys) VALUES (?1, ?2, ?3, ?4)")
        readTransaction = try connection.prepare("SELECT txn_id, answer FROM transactions WHERE seq = ?1")
        deleteTransaction = try connection.prepare("DELETE FROM transactions WHERE seq = ?1")
        oldestTransaction = try connection.prepare("SELECT seq, txn_id, at FROM transactions ORDER BY seq LIMIT 1")

        setCounts = try connection.prepare(
            """
            INSERT INTO counts (user_id, unread, missed_calls) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id) DO UPDATE SET unread = excluded.unread, missed_calls = excluded.missed_calls
            """
        )
        deleteCounts = try connection.prepare("DELETE FROM counts WHERE user_id = ?1")
        setRuleset = try connection.prepare(
            """
            INSERT INTO rulesets (user_id, content) VALUES (?1, ?2)
            ON CONFLICT (user_id) DO UPDATE SET content = excluded.content
            """
        )
        deleteRuleset = try connection.prepare("DELETE FROM rulesets WHERE user_id = ?1")
        setLane = try connection.prepare(
            """
            INSERT OR REPLACE INTO lanes (gateway, failing_since, failures, next_probe_at, is_suspect)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """
        )
        deleteLane = try connection.prepare("DELETE FROM lanes WHERE gateway = ?1")

        setHistoryFlag = try connection.prepare("UPDATE history SET flags = flags | ?2 WHERE id = ?1")
        setBadge = try connection.prepare("INSERT OR REPLACE INTO badges (pusher, queued_at) VALUES (?1, ?2)")
        deleteBadge = try connection.prepare("DELETE FROM badges WHERE pusher = ?1 AND queued_at <= ?2")

        insertDeadLetter = try connection.prepare(
            """
            INSERT INTO dead_letters (id, pusher, user_id, app_id, pushkey, gateway, queued_at, not_before, flags,
            attempts, last_error, last_status, dead_at, reason, tweaks)
            SELECT n.id, n.pusher, p.user_id, p.app_id, p.pushkey, p.gateway, n.queued_at, n.not_before, n.flags,
            n.attempts, n.last_error,
            (SELECT status FROM attempts WHERE notification = n.id AND status IS NOT NULL ORDER BY seq DESC LIMIT 1),
            ?2, ?3, n.tweaks
            FROM notifications AS n JOIN pushers AS p ON p.id = n.pusher WHERE n.id = ?1
            """
        )
        deleteDeadLetter = try connection.prepare("DELETE FROM dead_letters WHERE id = ?1")
        updateHealth = try connection.prepare(
            """
            UPDATE pushers SET failing_since = ?2, attempts = ?3, next_attempt_at = ?4, last_success_at = ?5,
            last_error = ?6 WHERE id = ?1
            """
        )
    }
}
