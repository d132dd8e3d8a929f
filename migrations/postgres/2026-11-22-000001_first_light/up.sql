-- Every row of a community carries community_id and every unique key begins with it, so that the
-- tables can be distributed by community. Times are Unix milliseconds; phones are E.164 as integers.

CREATE TABLE communities (
    id          BIGINT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    policy      TEXT NOT NULL, -- JSON; absent fields mean the defaults
    created_at  BIGINT NOT NULL
);

CREATE TABLE members (
    community_id BIGINT NOT NULL REFERENCES communities (id),
    id           BIGINT NOT NULL,
    name         TEXT NOT NULL,
    guest        BOOLEAN NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);

-- A phone belongs to one member of a community: half of the route key.
CREATE TABLE devices (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    phone        BIGINT NOT NULL,
    region       TEXT,
    stopped_all  BOOLEAN NOT NULL, -- sent STOPALL
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, member_id) REFERENCES members (community_id, id)
);
CREATE UNIQUE INDEX devices_phone ON devices (community_id, phone);
CREATE INDEX devices_member ON devices (community_id, member_id, id);
-- "Is this number somebody's phone in any community?" is asked before it joins a pool.
CREATE INDEX devices_any_phone ON devices (phone);

CREATE TABLE pools (
    community_id BIGINT NOT NULL REFERENCES communities (id),
    id           BIGINT NOT NULL,
    name         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX pools_name ON pools (community_id, name);

CREATE TABLE numbers (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    pool_id      BIGINT NOT NULL,
    e164         BIGINT NOT NULL,
    carrier      TEXT NOT NULL,
    capabilities SMALLINT NOT NULL,
    region       TEXT,
    rate_per_s   DOUBLE PRECISION NOT NULL, -- texts a second; 0 = no limit
    state        TEXT NOT NULL,
    load         BIGINT NOT NULL, -- assignments on it
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, pool_id) REFERENCES pools (community_id, id)
);
CREATE UNIQUE INDEX numbers_e164 ON numbers (community_id, e164);

-- Which community an arriving number belongs to. The one table that is looked up without a community,
-- and the reason why a number can serve one community only.
CREATE TABLE number_directory (
    e164         BIGINT NOT NULL PRIMARY KEY,
    community_id BIGINT NOT NULL,
    number_id    BIGINT NOT NULL
);

-- To member M, number P is contact C. The primary key is the route key (rule 1); the second unique key
-- is the pair key. The mirror row (C, M) is written in the same transaction (rule 2).
CREATE TABLE assignments (
    community_id     BIGINT NOT NULL,
    member_id        BIGINT NOT NULL,
    number_id        BIGINT NOT NULL,
    contact_id       BIGINT NOT NULL,
    id               BIGINT NOT NULL,
    origin           SMALLINT NOT NULL, -- 0 chosen, 1 received
    pending          BOOLEAN NOT NULL,
    blocked          BOOLEAN NOT NULL,
    stopped          BOOLEAN NOT NULL,
    answered_at      BIGINT,
    last_activity_at BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id, number_id),
    FOREIGN KEY (community_id, member_id) REFERENCES members (community_id, id),
    FOREIGN KEY (community_id, contact_id) REFERENCES members (community_id, id),
    FOREIGN KEY (community_id, number_id) REFERENCES numbers (community_id, id),
    CHECK (member_id <> contact_id)
);
CREATE UNIQUE INDEX assignments_pair ON assignments (community_id, member_id, contact_id);

-- The last contact for whom a number stood on a member's phone: pair memory, cool-down, quarantine.
CREATE TABLE releases (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    released_at  BIGINT NOT NULL,
    cool_until   BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id, number_id)
);

-- STOP, by phone and number; number 0 is STOPALL. It outlives the pair.
CREATE TABLE opt_outs (
    community_id BIGINT NOT NULL,
    phone        BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    contact_id   BIGINT, -- for whom the number stood
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, phone, number_id)
);

CREATE TABLE messages (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    origin       SMALLINT NOT NULL, -- 0 phone, 1 app, 2 notice
    from_member  BIGINT,
    to_member    BIGINT,
    from_phone   BIGINT, -- the real phone it came from, for receipts and disputes; never shown
    dialled      BIGINT, -- the pool number that the sender texted
    shown        BIGINT, -- the pool number that the recipient sees
    text         TEXT NOT NULL,
    status       SMALLINT NOT NULL,
    reason       TEXT,
    detail       TEXT,
    want_receipt BOOLEAN NOT NULL,
    carrier_in   TEXT,
    carrier_ref  TEXT,
    carrier_out  TEXT,
    accepted_at  BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
-- Duplicates: what a carrier, or an app with its Idempotency-Key, sends twice is accepted once.
CREATE UNIQUE INDEX messages_carrier_ref ON messages (community_id, carrier_in, carrier_ref)
    WHERE carrier_ref IS NOT NULL;

-- What a carrier called each part of a message that it took; receipts come back under these names.
CREATE TABLE message_parts (
    community_id BIGINT NOT NULL,
    message_id   BIGINT NOT NULL,
    part         SMALLINT NOT NULL,
    parts        SMALLINT NOT NULL,
    carrier      TEXT NOT NULL,
    carrier_ref  TEXT NOT NULL,
    status       SMALLINT NOT NULL,
    PRIMARY KEY (community_id, message_id, part)
);
CREATE INDEX message_parts_ref ON message_parts (carrier_ref, carrier);

-- What is still to be handed to a carrier. A row belongs to one node at a time.
CREATE TABLE outbox (
    community_id BIGINT NOT NULL,
    message_id   BIGINT NOT NULL,
    kind         SMALLINT NOT NULL, -- 0 text, 1 receipt
    node         SMALLINT NOT NULL,
    lane         BIGINT NOT NULL, -- texts of one lane leave in order
    carrier      TEXT NOT NULL,
    number_id    BIGINT NOT NULL,
    number_rate  DOUBLE PRECISION NOT NULL,
    member_id    BIGINT, -- whose rate it counts against
    member_rate  INTEGER NOT NULL,
    from_number  BIGINT NOT NULL,
    to_phone     BIGINT NOT NULL,
    attempts     INTEGER NOT NULL,
    due_at       BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, message_id, kind)
);

-- Bearer keys; only a SHA-256 of the token is kept.
CREATE TABLE api_keys (
    id           BIGINT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    scope        TEXT NOT NULL,
    community_id BIGINT,
    token_hash   TEXT NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    revoked_at   BIGINT
);
