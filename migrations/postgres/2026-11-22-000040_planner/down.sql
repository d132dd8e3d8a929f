ALTER TABLE releases DROP COLUMN made_at;
