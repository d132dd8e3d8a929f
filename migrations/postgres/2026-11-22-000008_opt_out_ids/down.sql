DROP INDEX opt_outs_id;
ALTER TABLE opt_outs DROP COLUMN id;
