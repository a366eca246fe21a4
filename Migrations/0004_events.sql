-- An event is stored once, for its notifications, dead letters and history: `events` had what gateways are sent, beside the
-- same event as it was given in `history_events`.

DROP INDEX events_by_expiry;
ALTER TABLE events RENAME TO queued_events;
ALTER TABLE history_events RENAME TO events;

-- When the event is of no use to anyone any more.
ALTER TABLE events ADD COLUMN expires_at INTEGER;

UPDATE events SET expires_at = (SELECT expires_at FROM queued_events AS q WHERE q.number = events.number)
WHERE number IN (SELECT number FROM queued_events WHERE expires_at IS NOT NULL);

-- What was queued before there was a history. `body` is a JSON object with the ids in front (as far as ids_end) and the
-- content at the end (from content_start): the parts are put together again byte for byte. What is no JSON can be sent to
-- nobody; only its place stays.
INSERT INTO events (number, at, expires_at, event_id, room_id, event, room)
SELECT number, queued_at, expires_at, coalesce(text ->> '$.event_id', ''), coalesce(text ->> '$.room_id', ''),
    coalesce(CAST(
        substr(body, 1, ids_end) || ',"type":' || (text -> '$.type') || ',"sender":' || (text -> '$.sender')
        -- Of a membership event it was not stored whose it is.
        || iif(text -> '$.membership' IS NULL, '', ',"state_key":""')
        || substr(body, content_start + 1)
    AS BLOB), x''),
    CAST(
        '{"name":' || coalesce(text -> '$.room_name', 'null')
        || ',"canonical_alias":' || coalesce(text -> '$.room_alias', 'null')
        || ',"sender_display_name":' || coalesce(text -> '$.sender_display_name', 'null') || '}'
    AS BLOB)
FROM (
    SELECT *, iif(json_valid(CAST(body AS TEXT)), CAST(body AS TEXT), '{}') AS text FROM queued_events
    WHERE number NOT IN (SELECT number FROM events)
);

DROP TABLE queued_events;

-- The few events that are of no use after a moment.
CREATE INDEX events_by_expiry ON events (expires_at) WHERE expires_at IS NOT NULL;
