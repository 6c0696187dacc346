-- What is on record of each day, and the parts of its account: for each page of
-- the register 17 bytes a resident (a state and an id).
CREATE TABLE days (
    day TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE TABLE day_parts (
    day TEXT NOT NULL,
    taking INTEGER NOT NULL,
    part INTEGER NOT NULL,
    register INTEGER NOT NULL,
    later INTEGER NOT NULL,
    next TEXT,
    people BLOB NOT NULL,
    PRIMARY KEY (day, taking, part)
) STRICT;
