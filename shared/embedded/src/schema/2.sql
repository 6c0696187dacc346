-- How far the shards of a stream that is not in this database are settled. Its
-- numbers have up to 128 digits, so they are text; without leading zeros they
-- are ordered by length first.
CREATE TABLE settled (shard TEXT PRIMARY KEY, sequence TEXT NOT NULL, arrived_at INTEGER NOT NULL) STRICT;
