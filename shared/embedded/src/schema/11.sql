-- Who is never to be called: one row a number or resident at most. Ids begin
-- with the time, so that their order is that of time.
CREATE TABLE suppressions (
    id BLOB PRIMARY KEY,
    number INTEGER UNIQUE,
    resident BLOB UNIQUE,
    version INTEGER NOT NULL,
    stands INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX suppressions_unsettled ON suppressions (id) WHERE settled = 0;
