-- Times are nanoseconds since 1970, ids 16 bytes, phone numbers their digits as
-- one number. No table refers to another: records come from messages, and those
-- come in any order.

-- Counts that must be known without looking at what is counted.
-- 'residents': rows of residents. 'indexed': residents up to this seq are in
-- resident_ids and numbers, the others are not yet (see keys.rs).
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT INTO counters VALUES ('residents', 0), ('indexed', 0);

-- The register, in the order of arrival. Never deleted from. state is JSON of
-- what most residents have nothing of, NULL where they have nothing at all.
CREATE TABLE residents (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    reference TEXT,
    timezone TEXT,
    language TEXT,
    hours TEXT,
    notes TEXT,
    consent INTEGER,
    batch BLOB NOT NULL,
    batch_line INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    suppressed INTEGER NOT NULL,
    number_bad_since INTEGER,
    state TEXT,
    next_due INTEGER,
    review_at INTEGER
) STRICT;
CREATE INDEX residents_due ON residents (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX residents_review ON residents (review_at) WHERE review_at IS NOT NULL;

-- Where each resident is, by the first half of their id; and in full those
-- whose first half was taken.
CREATE TABLE resident_ids (half INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE TABLE resident_ids_spill (id BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID, STRICT;
-- How many residents have each number.
CREATE TABLE numbers (number INTEGER PRIMARY KEY, residents INTEGER NOT NULL) STRICT;

CREATE TABLE attempts (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    open INTEGER NOT NULL,
    pressed INTEGER NOT NULL,
    contact TEXT,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_open ON attempts (begun_at) WHERE open = 1;
-- With the time, by which the first is found without sorting.
CREATE INDEX attempts_contact ON attempts (contact, begun_at) WHERE contact IS NOT NULL;

-- When each number last rang, and for which attempt.
CREATE TABLE contact_points (
    number INTEGER PRIMARY KEY,
    last_rung_at INTEGER NOT NULL,
    attempt BLOB NOT NULL
) STRICT;

CREATE TABLE callbacks (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    open INTEGER NOT NULL,
    review_at INTEGER,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX callbacks_review ON callbacks (review_at) WHERE review_at IS NOT NULL;
CREATE INDEX callbacks_open ON callbacks (id) WHERE open = 1;

-- result is the rank of the result; the greatest of a day stands.
CREATE TABLE checks (
    resident BLOB NOT NULL,
    day TEXT NOT NULL,
    result INTEGER NOT NULL,
    PRIMARY KEY (resident, day)
) WITHOUT ROWID, STRICT;

CREATE TABLE batches (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    settled INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
-- first and last are the positions of the notes of the chunk.
CREATE TABLE chunks (
    batch BLOB NOT NULL,
    chunk INTEGER NOT NULL,
    loaded INTEGER NOT NULL,
    already_known INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (batch, chunk)
) WITHOUT ROWID, STRICT;
-- position is the line times 65536, plus the place among the notes of the line.
CREATE TABLE notes (
    batch BLOB NOT NULL,
    kind INTEGER NOT NULL,
    position INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    line INTEGER NOT NULL,
    field TEXT,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (batch, kind, position)
) WITHOUT ROWID, STRICT;

-- leases: the places that are taken, in the order of their attempts: 16 bytes
-- of the attempt and 8 of the time at which the place is free again, the most
-- significant byte first.
CREATE TABLE pace (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next_start INTEGER,
    leases BLOB NOT NULL
) STRICT;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    resident BLOB,
    detail TEXT NOT NULL
) STRICT;

CREATE TABLE notices (
    seq INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;

-- AUTOINCREMENT: the number of a deleted message must never name another.
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    visible_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    receives INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX messages_visible ON messages (queue, visible_at);

CREATE TABLE dead_letters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    message_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    handler TEXT NOT NULL,
    parked_at INTEGER NOT NULL,
    receives INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (source, message_id)
) STRICT;

CREATE TABLE stream (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    shard INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE INDEX stream_shard ON stream (shard, seq, arrived_at);
CREATE TABLE checkpoints (shard INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;

-- file names the bytes; a file is written under a number from upload_parts and
-- is nothing before its row stands here.
CREATE TABLE uploads (
    key TEXT PRIMARY KEY,
    file INTEGER NOT NULL,
    size INTEGER NOT NULL,
    put_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE upload_parts (
    file INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL
) STRICT;
