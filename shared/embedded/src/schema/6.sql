-- The promises that somebody must still keep, also those of which every try
-- was missed, so that a desk can list them: neither spoken to nor cancelled.
ALTER TABLE callbacks ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;
UPDATE callbacks SET owed = 1 WHERE open = 1
    OR (data NOT LIKE '%"spoken_to"%' AND json_extract(data, '$.cancelled') IS NULL);
CREATE INDEX callbacks_owed ON callbacks (owed) WHERE owed = 1;
