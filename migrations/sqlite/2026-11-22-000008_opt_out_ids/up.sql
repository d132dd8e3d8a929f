-- Opt-outs get a name of their own: what lists them may not name them by a phone.
ALTER TABLE opt_outs ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
UPDATE opt_outs SET id = abs(random() % 4611686018427387904);
CREATE UNIQUE INDEX opt_outs_id ON opt_outs (community_id, id);
