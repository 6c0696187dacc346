-- Who is being erased, or was. review_at is when somebody must see to it.
CREATE TABLE erasures (
    resident BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    review_at INTEGER,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX erasures_review ON erasures (review_at) WHERE review_at IS NOT NULL;
