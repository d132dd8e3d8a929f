-- Every change of an assignment, each as the row was after it. Rows are added and never changed; of a member and a
-- number the last one before a moment says what held at that moment.
CREATE TABLE assignment_history (
    community_id  BIGINT NOT NULL,
    member_id     BIGINT NOT NULL,
    number_id     BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    id            BIGINT NOT NULL, -- in the order of the changes of one moment
    contact_id    BIGINT NOT NULL,
    assignment_id BIGINT NOT NULL,
    live          BOOLEAN NOT NULL, -- false once it is released
    origin        SMALLINT NOT NULL,
    pending       BOOLEAN NOT NULL,
    blocked       BOOLEAN NOT NULL,
    stopped       BOOLEAN NOT NULL,
    cool_until    BIGINT, -- of a released one
    why           SMALLINT NOT NULL,
    who           SMALLINT NOT NULL,
    who_id        BIGINT, -- the member or the key
    PRIMARY KEY (community_id, member_id, number_id, at, id)
) WITHOUT ROWID;
CREATE INDEX assignment_history_pair ON assignment_history (community_id, member_id, contact_id, at, id);
-- Written at its end; what is old is found by it.
CREATE INDEX assignment_history_age ON assignment_history (community_id, at);

-- Whose a phone was, and when it had stopped everything; apps without a phone too.
CREATE TABLE device_history (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    device_id    BIGINT NOT NULL,
    phone        BIGINT, -- none of an app
    present      BOOLEAN NOT NULL,
    stopped_all  BOOLEAN NOT NULL,
    PRIMARY KEY (community_id, member_id, at, id)
) WITHOUT ROWID;
CREATE INDEX device_history_phone ON device_history (community_id, phone, at, id) WHERE phone IS NOT NULL;

-- When a number was in service.
CREATE TABLE number_history (
    community_id BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    in_service   BOOLEAN NOT NULL,
    PRIMARY KEY (community_id, number_id, at, id)
) WITHOUT ROWID;

-- From when on the history of a community is known, where that is not from its beginning.
CREATE TABLE history_starts (
    community_id BIGINT NOT NULL PRIMARY KEY,
    began_at     BIGINT NOT NULL
);

-- What there is now is known from now on.
INSERT INTO assignment_history
    SELECT community_id, member_id, number_id, CAST(unixepoch('subsec') * 1000 AS INTEGER), id, contact_id, id, 1,
        origin, pending, blocked, stopped, NULL, 0, 7, NULL FROM assignments;
-- Released before: ids 0 and 1, of the two rows of a pair, stand before everything of the same moment.
INSERT INTO assignment_history
    SELECT community_id, member_id, number_id, released_at,
        CASE WHEN member_id < contact_id THEN 0 ELSE 1 END, contact_id, 0, 0,
        0, 0, 0, 0, cool_until, 0, 7, NULL FROM releases;
INSERT INTO device_history
    SELECT community_id, member_id, created_at, id, id, phone, 1, stopped_all FROM devices;
INSERT INTO device_history
    SELECT community_id, member_id, created_at, id, id, NULL, 1, 0 FROM app_devices;
INSERT INTO number_history
    SELECT community_id, id, created_at, id, 1 FROM numbers WHERE state <> 'removed';
-- Last: time went by since the first copy was made, and a moment before the last one is not known whole.
INSERT INTO history_starts
    SELECT c.id, max(CAST(unixepoch('subsec') * 1000 AS INTEGER),
        coalesce((SELECT max(h.at) FROM assignment_history h WHERE h.community_id = c.id), 0))
    FROM communities c;

-- As of the other tables, what ANALYZE would find in a big community.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('assignment_history', 'assignment_history', '200000000 200000000 200 2 1 1'),
    ('assignment_history', 'assignment_history_pair', '200000000 200000000 200 2 1 1'),
    ('assignment_history', 'assignment_history_age', '200000000 200000000 10'),
    ('device_history', 'device_history', '1000000 1000000 2 1 1'),
    ('device_history', 'device_history_phone', '1000000 1000000 2 1 1'),
    ('number_history', 'number_history', '1000 1000 1 1 1');
