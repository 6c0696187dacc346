-- What each closed dial came to, for the figures of past hours and days; dials
-- that were closed before this version are in none.
ALTER TABLE attempts ADD COLUMN came_to TEXT;
CREATE INDEX attempts_came_to ON attempts (begun_at, came_to) WHERE came_to IS NOT NULL;
