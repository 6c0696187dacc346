-- Who may sign in on this machine. groups are their names, separated by commas.
CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    groups TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    since INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
