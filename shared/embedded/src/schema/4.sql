-- Whose each dial is, for the history of one resident. The rows of one resident
-- are in the order in which they were begun; naming no time, the index is left
-- alone by everything that is learned of a dial later.
ALTER TABLE attempts ADD COLUMN resident BLOB;
UPDATE attempts SET resident = unhex(data ->> '$.resident', '-');
CREATE INDEX attempts_resident ON attempts (resident) WHERE resident IS NOT NULL;

-- Since this version residents are deleted, by whoever takes somebody off the
-- register; a place (seq) is given to nobody else afterwards.
