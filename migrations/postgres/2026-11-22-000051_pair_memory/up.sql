-- For how long a released number is kept for the contact for whom it stood. 0: it was discarded, or the contact has a
-- number again.
ALTER TABLE releases ADD COLUMN memory_until BIGINT NOT NULL DEFAULT 0;
UPDATE releases SET memory_until = cool_until WHERE NOT EXISTS (SELECT 1 FROM assignments a
    WHERE a.community_id = releases.community_id AND a.member_id = releases.member_id
    AND a.number_id = releases.number_id);

-- A number that is kept for a contact cannot be given to another, whoever tries. The key of `releases` is that of
-- `assignments`, so that each looks at one row of the other. After the row, not before: whoever waited for the key sees
-- by then what the one before has left.
CREATE FUNCTION keep_pair_memory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM releases r
        WHERE r.community_id = NEW.community_id AND r.member_id = NEW.member_id AND r.number_id = NEW.number_id
        AND r.contact_id <> NEW.contact_id AND r.memory_until > NEW.created_at)
    THEN
        RAISE EXCEPTION 'pair memory: this number is kept for another contact of this member'
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER assignments_keep_memory
    AFTER INSERT OR UPDATE OF member_id, number_id, contact_id, created_at ON assignments
    FOR EACH ROW EXECUTE FUNCTION keep_pair_memory();

CREATE FUNCTION keep_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM assignments a
        WHERE a.community_id = NEW.community_id AND a.member_id = NEW.member_id AND a.number_id = NEW.number_id
        AND a.contact_id <> NEW.contact_id AND a.created_at < NEW.memory_until)
    THEN
        RAISE EXCEPTION 'pair memory: this number stands for another contact of this member'
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER releases_keep_assignments
    AFTER INSERT OR UPDATE OF member_id, number_id, contact_id, memory_until ON releases
    FOR EACH ROW EXECUTE FUNCTION keep_assignment();
