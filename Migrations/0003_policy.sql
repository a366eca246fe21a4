-- What the delivery policy has to know after a restart.

-- How many of the attempts the gateway refused with a status that is no server's error.
ALTER TABLE notifications ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;

UPDATE notifications SET refusals = (
    SELECT count(*) FROM attempts
    WHERE notification = notifications.id AND status < 500 AND status NOT IN (408, 413, 429)
)
WHERE id IN (SELECT notification FROM attempts);

-- 1: the gateway is held back because it rejected too many pushkeys, not because it failed.
ALTER TABLE lanes ADD COLUMN is_suspect INTEGER NOT NULL DEFAULT 0;

-- The few events that are of no use after a moment.
CREATE INDEX events_by_expiry ON events (expires_at) WHERE expires_at IS NOT NULL;
