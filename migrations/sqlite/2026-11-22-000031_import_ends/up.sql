-- Why an import did not come to its end (state 4, failed): a stable word and a sentence.
ALTER TABLE imports ADD COLUMN failure_code TEXT;
ALTER TABLE imports ADD COLUMN failure_sentence TEXT;

-- One file, read one way, goes on in one import: two who begin it at one moment meet here.
UPDATE imports SET state = 3 WHERE state = 0 AND id < (
    SELECT MAX(other.id) FROM imports AS other
    WHERE other.community_id = imports.community_id AND other.content = imports.content AND other.state = 0
);
CREATE UNIQUE INDEX imports_running ON imports (community_id, content) WHERE state = 0;
