-- When the pair was made whose release this is, so that a forecast tells those who let go of old contacts from
-- those who try some out. Absent for releases from before.
ALTER TABLE releases ADD COLUMN made_at BIGINT;
