-- What a carrier allows over several numbers together. A campaign covers the numbers that name it and, with a pool,
-- those of that pool that name none.
CREATE TABLE campaigns (
    community_id  BIGINT NOT NULL REFERENCES communities (id),
    id            BIGINT NOT NULL,
    name          TEXT NOT NULL,
    pool_id       BIGINT,
    rate_per_s    DOUBLE NOT NULL, -- texts a second; 0 = no limit
    texts_per_day BIGINT NOT NULL, -- 0 = no limit
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, pool_id) REFERENCES pools (community_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX campaigns_name ON campaigns (community_id, name);
CREATE UNIQUE INDEX campaigns_pool ON campaigns (community_id, pool_id) WHERE pool_id IS NOT NULL;

ALTER TABLE numbers ADD COLUMN texts_per_day BIGINT NOT NULL DEFAULT 0; -- 0 = no limit
ALTER TABLE numbers ADD COLUMN campaign_id BIGINT;
-- Looked for every few seconds, whatever the number of numbers.
CREATE INDEX numbers_capped ON numbers (community_id, id) WHERE texts_per_day > 0 OR campaign_id IS NOT NULL;
CREATE INDEX numbers_pool ON numbers (community_id, pool_id, id);

-- What left by each number (kind 0) and each campaign (kind 1), by the day (UTC).
CREATE TABLE traffic_days (
    community_id BIGINT NOT NULL,
    day          BIGINT NOT NULL, -- days since 1970
    kind         SMALLINT NOT NULL,
    holder_id    BIGINT NOT NULL, -- the number or the campaign
    texts        BIGINT NOT NULL, -- that carriers took
    reserved     BIGINT NOT NULL, -- of the cap, what nodes have taken to send
    span         BIGINT NOT NULL, -- which five minutes the latest texts left in
    in_span      BIGINT NOT NULL, -- how many left in them
    before_span  BIGINT NOT NULL, -- and in the five before
    PRIMARY KEY (community_id, day, kind, holder_id)
) WITHOUT ROWID;
CREATE INDEX traffic_days_age ON traffic_days (day);

-- How long texts waited from being accepted to being sent, by the hour (UTC), in classes that grow by a fifth.
CREATE TABLE traffic_waits (
    community_id BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    hour         BIGINT NOT NULL, -- hours since 1970
    class        SMALLINT NOT NULL,
    texts        BIGINT NOT NULL,
    PRIMARY KEY (community_id, number_id, hour, class)
) WITHOUT ROWID;
CREATE INDEX traffic_waits_age ON traffic_waits (hour);

-- When a carrier took it; the last change of its status is later.
ALTER TABLE messages ADD COLUMN sent_at BIGINT;

-- As of the other tables, what ANALYZE would find in a big community.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('campaigns', 'campaigns', '100 100 1'),
    ('campaigns', 'campaigns_name', '100 100 1'),
    ('campaigns', 'campaigns_pool', '10 10 1'),
    ('numbers', 'numbers_capped', '100 100 1'),
    ('numbers', 'numbers_pool', '1000 1000 500 1'),
    ('traffic_days', 'traffic_days', '100000 100000 1000 900 1'),
    ('traffic_days', 'traffic_days_age', '100000 1000'),
    ('traffic_waits', 'traffic_waits', '400000 400000 400 8 1'),
    ('traffic_waits', 'traffic_waits_age', '400000 8000');
