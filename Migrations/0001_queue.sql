-- The queue. All times are Unix milliseconds, except pushkey_ts.

CREATE TABLE pushers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    pushkey TEXT NOT NULL,
    device_id TEXT,
    kind TEXT NOT NULL,
    app_display_name TEXT NOT NULL,
    device_display_name TEXT NOT NULL,
    profile_tag TEXT,
    lang TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    url TEXT NOT NULL,
    gateway TEXT NOT NULL,
    data BLOB NOT NULL,
    pushkey_ts INTEGER NOT NULL, -- Unix seconds
    created_at INTEGER NOT NULL,
    failing_since INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,
    last_success_at INTEGER,
    last_error TEXT,
    UNIQUE (app_id, pushkey, user_id)
) STRICT;

CREATE INDEX pushers_by_user ON pushers (user_id);

-- What was removed, with all that restoring it needs.
CREATE TABLE removed_pushers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    pushkey TEXT NOT NULL,
    device_id TEXT,
    kind TEXT NOT NULL,
    app_display_name TEXT NOT NULL,
    device_display_name TEXT NOT NULL,
    profile_tag TEXT,
    lang TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    url TEXT NOT NULL,
    gateway TEXT NOT NULL,
    data BLOB NOT NULL,
    pushkey_ts INTEGER NOT NULL, -- Unix seconds
    created_at INTEGER NOT NULL,
    failing_since INTEGER,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER,
    last_success_at INTEGER,
    last_error TEXT,
    reason TEXT NOT NULL,
    removed_at INTEGER NOT NULL,
    restored_at INTEGER
) STRICT;

-- An event's body is stored once; ids_end and content_start are offsets into it.
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    queued_at INTEGER NOT NULL,
    expires_at INTEGER,
    ids_end INTEGER NOT NULL,
    content_start INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- id = number of the event * 4096 + ordinal. No index here, above all none that leads with the pusher:
-- it would dirty a random page per row.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    pusher INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    not_before INTEGER,
    flags INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    tweaks BLOB
) STRICT;

-- The delivery attempts of a notification or dead letter that did not end in its acceptance.
CREATE TABLE attempts (
    notification INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    reason TEXT,
    next_attempt_at INTEGER,
    PRIMARY KEY (notification, seq)
) STRICT, WITHOUT ROWID;

-- The id is that of the notification; user to gateway are the pusher's of then.
CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY,
    pusher INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    pushkey TEXT NOT NULL,
    gateway TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    not_before INTEGER,
    flags INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    last_status INTEGER,
    dead_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    tweaks BLOB
) STRICT;

CREATE INDEX dead_letters_by_time ON dead_letters (dead_at);

CREATE TABLE rulesets (
    user_id TEXT PRIMARY KEY,
    content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counts (
    user_id TEXT PRIMARY KEY,
    unread INTEGER NOT NULL,
    missed_calls INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Answered ingest transactions. Only ever appended to: which seq has a txn_id is known in memory.
CREATE TABLE transactions (
    seq INTEGER PRIMARY KEY,
    txn_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    answer BLOB NOT NULL,
    -- A keyed hash of each (event, user) that was notified, eight bytes little-endian each.
    delivery_keys BLOB NOT NULL
) STRICT;

-- The key of those hashes.
CREATE TABLE secret (
    key BLOB NOT NULL
) STRICT;

INSERT INTO secret VALUES (randomblob(16));

-- The gateways that are down, so that a restart does not forget their backoff.
CREATE TABLE lanes (
    gateway TEXT PRIMARY KEY,
    failing_since INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    next_probe_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Event numbers below this may have been used.
CREATE TABLE numbering (
    next_event INTEGER NOT NULL
) STRICT;

INSERT INTO numbering VALUES (1);
