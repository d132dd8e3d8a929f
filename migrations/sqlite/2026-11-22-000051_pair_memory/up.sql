-- For how long a released number is kept for the contact for whom it stood. 0: it was discarded, or the contact has a
-- number again.
ALTER TABLE releases ADD COLUMN memory_until BIGINT NOT NULL DEFAULT 0;
UPDATE releases SET memory_until = cool_until WHERE NOT EXISTS (SELECT 1 FROM assignments a
    WHERE a.community_id = releases.community_id AND a.member_id = releases.member_id
    AND a.number_id = releases.number_id);

-- A number that is kept for a contact cannot be given to another, whoever tries. The key of `releases` is that of
-- `assignments`, so that each looks at one row of the other.
CREATE TRIGGER assignments_keep_memory AFTER INSERT ON assignments
WHEN EXISTS (SELECT 1 FROM releases r
    WHERE r.community_id = NEW.community_id AND r.member_id = NEW.member_id AND r.number_id = NEW.number_id
    AND r.contact_id <> NEW.contact_id AND r.memory_until > NEW.created_at)
BEGIN SELECT RAISE(ABORT, 'pair memory: this number is kept for another contact of this member'); END;

CREATE TRIGGER assignments_keep_memory_changed AFTER UPDATE OF member_id, number_id, contact_id, created_at ON assignments
WHEN EXISTS (SELECT 1 FROM releases r
    WHERE r.community_id = NEW.community_id AND r.member_id = NEW.member_id AND r.number_id = NEW.number_id
    AND r.contact_id <> NEW.contact_id AND r.memory_until > NEW.created_at)
BEGIN SELECT RAISE(ABORT, 'pair memory: this number is kept for another contact of this member'); END;

CREATE TRIGGER releases_keep_assignments AFTER INSERT ON releases
WHEN EXISTS (SELECT 1 FROM assignments a
    WHERE a.community_id = NEW.community_id AND a.member_id = NEW.member_id AND a.number_id = NEW.number_id
    AND a.contact_id <> NEW.contact_id AND a.created_at < NEW.memory_until)
BEGIN SELECT RAISE(ABORT, 'pair memory: this number stands for another contact of this member'); END;

CREATE TRIGGER releases_keep_assignments_changed AFTER UPDATE OF member_id, number_id, contact_id, memory_until ON releases
WHEN EXISTS (SELECT 1 FROM assignments a
    WHERE a.community_id = NEW.community_id AND a.member_id = NEW.member_id AND a.number_id = NEW.number_id
    AND a.contact_id <> NEW.contact_id AND a.created_at < NEW.memory_until)
BEGIN SELECT RAISE(ABORT, 'pair memory: this number stands for another contact of this member'); END;
