-- Places that were offered for files, and the files that were put there and
-- perhaps loaded since: file is then in uploads as well. until is the end of the
-- offer.
CREATE TABLE staged (
    id BLOB PRIMARY KEY,
    file_name TEXT NOT NULL,
    offered_by TEXT NOT NULL,
    most INTEGER NOT NULL,
    until INTEGER NOT NULL,
    file INTEGER,
    size INTEGER
) WITHOUT ROWID, STRICT;
