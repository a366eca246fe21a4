-- What users were notified of: unread counts are made of it, and GET /notifications reads it.

-- number = that of the events table, whether or not anything was queued.
CREATE TABLE history_events (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    thread_id TEXT, -- the thread's root
    call_id TEXT, -- of a call invite
    event BLOB NOT NULL, -- as it was given
    room BLOB -- what was given of the room
) STRICT;

-- id = number of the event * 4096 + ordinal, an order of its own beside that of the notifications.
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL,
    flags INTEGER NOT NULL, -- 1 read, 2 highlight, 4 call answered, 8 evaluated by the homeserver
    display_name TEXT,
    actions BLOB NOT NULL
) STRICT;

-- Counts-only pushes that are to be sent, one a pusher at most.
CREATE TABLE badges (
    pusher INTEGER PRIMARY KEY,
    queued_at INTEGER NOT NULL
) STRICT;
