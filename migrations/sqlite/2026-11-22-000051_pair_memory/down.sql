DROP TRIGGER releases_keep_assignments_changed;
DROP TRIGGER releases_keep_assignments;
DROP TRIGGER assignments_keep_memory_changed;
DROP TRIGGER assignments_keep_memory;
ALTER TABLE releases DROP COLUMN memory_until;
