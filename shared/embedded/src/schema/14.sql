-- Since when each of these ages: NULL while it is open. What is in the database by
-- now ages from the time that its record names.
ALTER TABLE callbacks ADD COLUMN over_since INTEGER;
UPDATE callbacks SET over_since = CAST(strftime('%s', data ->> '$.requested_at') AS INTEGER) * 1000000000
    WHERE owed = 0 AND review_at IS NULL;
CREATE INDEX callbacks_over ON callbacks (over_since) WHERE over_since IS NOT NULL;

ALTER TABLE escalations ADD COLUMN over_since INTEGER;
UPDATE escalations SET over_since = CAST(strftime('%s', data ->> '$.ended.at') AS INTEGER) * 1000000000
    WHERE open = 0 AND review_at IS NULL;
CREATE INDEX escalations_over ON escalations (over_since) WHERE over_since IS NOT NULL;

ALTER TABLE dead_letters ADD COLUMN over_since INTEGER;
UPDATE dead_letters SET over_since = parked_at WHERE state >= 2;
CREATE INDEX dead_letters_over ON dead_letters (over_since) WHERE over_since IS NOT NULL;

ALTER TABLE letter_jobs ADD COLUMN over_since INTEGER;
UPDATE letter_jobs SET over_since = CAST(strftime('%s', data ->> '$.ended_at') AS INTEGER) * 1000000000
    WHERE running = 0;
CREATE INDEX letter_jobs_over ON letter_jobs (over_since) WHERE over_since IS NOT NULL;

ALTER TABLE erasures ADD COLUMN over_since INTEGER;
UPDATE erasures SET over_since = CAST(strftime('%s', data ->> '$.done_at') AS INTEGER) * 1000000000
    WHERE review_at IS NULL;
CREATE INDEX erasures_over ON erasures (over_since) WHERE over_since IS NOT NULL;

-- Results of days by day. Attempts are found by attempts_came_to; those that were
-- closed before version 7 are not in it.
CREATE INDEX checks_day ON checks (day);
CREATE INDEX attempts_over ON attempts (begun_at) WHERE open = 0 AND came_to IS NULL;
