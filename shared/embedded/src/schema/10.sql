-- The cases of residents who were not reached; open while nobody ended them.
CREATE TABLE escalations (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    open INTEGER NOT NULL,
    review_at INTEGER,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX escalations_review ON escalations (review_at) WHERE review_at IS NOT NULL;
CREATE INDEX escalations_open ON escalations (open) WHERE open = 1;

-- Whoever was told before there was a ladder was told at its first rung, and of
-- no case.
UPDATE notices
    SET data = json_set(data, '$.escalation', '00000000-0000-0000-0000-000000000000', '$.round', 1,
        '$.nth', 1, '$.rung', 'duty_officer', '$.accept_by', json_extract(data, '$.check_due'))
    WHERE json_extract(data, '$.notice') = 'escalated';
