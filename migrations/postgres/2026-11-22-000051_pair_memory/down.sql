DROP TRIGGER releases_keep_assignments ON releases;
DROP FUNCTION keep_assignment();
DROP TRIGGER assignments_keep_memory ON assignments;
DROP FUNCTION keep_pair_memory();
ALTER TABLE releases DROP COLUMN memory_until;
