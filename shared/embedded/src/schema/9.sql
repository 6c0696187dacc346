-- The one switch over all dialing: one row, once it was touched.
CREATE TABLE switch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
