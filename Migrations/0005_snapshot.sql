-- What memory made of the history, left by a queue that was closed in order: the next start need not read it all. Opaque parts;
-- the first write deletes them.
CREATE TABLE snapshot (
    part INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
