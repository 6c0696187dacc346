-- What became of each letter. state is 0 open, 1 replaying, 2 applied, 3
-- discarded; history is JSON. The table is made anew, so that what is asked for
-- stands before the bodies. Letters of former versions have no id until the
-- database is opened (see dead_letters.rs).
CREATE TABLE dead_letters_anew (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    message_id TEXT NOT NULL,
    id BLOB,
    version INTEGER NOT NULL,
    state INTEGER NOT NULL,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    handler TEXT NOT NULL,
    first_parked_at INTEGER NOT NULL,
    parked_at INTEGER NOT NULL,
    receives INTEGER NOT NULL,
    round INTEGER NOT NULL,
    body_since INTEGER NOT NULL,
    body BLOB NOT NULL,
    history TEXT NOT NULL,
    UNIQUE (source, message_id)
) STRICT;
INSERT INTO dead_letters_anew
    SELECT seq, source, message_id, NULL, 1, 0, '', '', reason, handler, parked_at, parked_at, receives, 0, 1, body, '[]'
    FROM dead_letters;
DROP TABLE dead_letters;
ALTER TABLE dead_letters_anew RENAME TO dead_letters;
CREATE UNIQUE INDEX dead_letters_id ON dead_letters (id) WHERE id IS NOT NULL;
CREATE INDEX dead_letters_unnamed ON dead_letters (seq) WHERE id IS NULL;
CREATE INDEX dead_letters_waiting ON dead_letters (seq, source, state) WHERE state < 2;

-- Replays of many letters.
CREATE TABLE letter_jobs (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    running INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX letter_jobs_running ON letter_jobs (seq) WHERE running = 1;

-- Which copy of which letter a message or record is.
ALTER TABLE messages ADD COLUMN replay TEXT;
ALTER TABLE stream ADD COLUMN replay TEXT;
