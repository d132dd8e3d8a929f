ALTER TABLE messages DROP COLUMN sent_at;
DROP TABLE traffic_waits;
DROP TABLE traffic_days;
DROP INDEX numbers_pool;
DROP INDEX numbers_capped;
ALTER TABLE numbers DROP COLUMN campaign_id;
ALTER TABLE numbers DROP COLUMN texts_per_day;
DROP TABLE campaigns;
