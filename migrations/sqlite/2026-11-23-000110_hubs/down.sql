-- Refuses, by the last index, for as long as a tag stands for somebody: release those pairs first. Tags that stand for
-- nobody go, with what is remembered of them.
DELETE FROM releases WHERE EXISTS (SELECT 1 FROM numbers n WHERE n.community_id = releases.community_id
    AND n.id = releases.number_id AND n.hub_id IS NOT NULL AND n.load = 0);
DELETE FROM phone_holds WHERE EXISTS (SELECT 1 FROM numbers n WHERE n.community_id = phone_holds.community_id
    AND n.id = phone_holds.number_id AND n.hub_id IS NOT NULL AND n.load = 0);
DELETE FROM opt_outs WHERE EXISTS (SELECT 1 FROM numbers n WHERE n.community_id = opt_outs.community_id
    AND n.id = opt_outs.number_id AND n.hub_id IS NOT NULL AND n.load = 0);
DELETE FROM opt_ins WHERE EXISTS (SELECT 1 FROM numbers n WHERE n.community_id = opt_ins.community_id
    AND n.id = opt_ins.number_id AND n.hub_id IS NOT NULL AND n.load = 0);
DELETE FROM assignment_history WHERE EXISTS (SELECT 1 FROM numbers n
    WHERE n.community_id = assignment_history.community_id AND n.id = assignment_history.number_id
    AND n.hub_id IS NOT NULL AND n.load = 0);
DELETE FROM numbers WHERE hub_id IS NOT NULL AND load = 0;
DROP INDEX numbers_e164;
CREATE UNIQUE INDEX numbers_e164 ON numbers (community_id, e164);
DROP TABLE table_warnings;
ALTER TABLE messages DROP COLUMN tag;
ALTER TABLE messages DROP COLUMN label;
DROP INDEX numbers_lines;
DROP INDEX numbers_hubs;
ALTER TABLE numbers DROP COLUMN tag;
ALTER TABLE numbers DROP COLUMN hub_id;
ALTER TABLE numbers DROP COLUMN hub;
DELETE FROM sqlite_stat1 WHERE tbl = 'table_warnings' OR idx IN ('numbers_hubs', 'numbers_lines', 'numbers_e164');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('numbers', 'numbers_e164', '1000 1000 1');
