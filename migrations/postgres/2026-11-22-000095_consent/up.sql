-- Where a member's clock stands: an IANA zone, such as Europe/Berlin. None: by their phone, or as the community has it.
ALTER TABLE members ADD COLUMN time_zone TEXT;

-- Texts have been deferred in this community: whoever adds one to a lane looks whether others wait there.
ALTER TABLE communities ADD COLUMN has_deferred BOOLEAN NOT NULL DEFAULT FALSE;
-- Below this id the texts of messages are gone by their age.
ALTER TABLE communities ADD COLUMN bodies_gone_before BIGINT NOT NULL DEFAULT 0;

-- Until when a text is held, whether it may go at any hour, and whether its text is gone (1 by age, 2 erased).
ALTER TABLE messages ADD COLUMN held_until BIGINT;
ALTER TABLE messages ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE messages ADD COLUMN body_gone SMALLINT NOT NULL DEFAULT 0;

-- When the recipient's texting hours end: what has not left until then is deferred.
ALTER TABLE outbox ADD COLUMN open_until BIGINT;

-- Accepted texts that wait for their recipient's texting hours. They belong to no node.
CREATE TABLE deferred_texts (
    community_id BIGINT NOT NULL,
    message_id   BIGINT NOT NULL,
    lane         BIGINT NOT NULL, -- texts of one lane leave in order
    due_at       BIGINT NOT NULL, -- never before an older one of its lane
    attempts     INTEGER NOT NULL,
    PRIMARY KEY (community_id, message_id)
);
CREATE INDEX deferred_texts_due ON deferred_texts (due_at, community_id, message_id);
CREATE INDEX deferred_texts_lane ON deferred_texts (community_id, lane, message_id);

-- Consent to texts, by phone and number; number 0 is every number of the community. What has ended stays.
CREATE TABLE opt_ins (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    phone        BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    contact_id   BIGINT, -- for whom the number stood
    source       TEXT NOT NULL,
    evidence     TEXT NOT NULL,
    given_at     BIGINT NOT NULL,
    recorded_at  BIGINT NOT NULL,
    who          SMALLINT NOT NULL,
    who_id       BIGINT,
    ended_at     BIGINT,
    ended_by     TEXT,
    PRIMARY KEY (community_id, id)
);
-- One lives at a time.
CREATE UNIQUE INDEX opt_ins_live ON opt_ins (community_id, phone, number_id) WHERE ended_at IS NULL;
CREATE INDEX opt_ins_phone ON opt_ins (community_id, phone, id);

-- Whom members do not want to hear from. A block outlives the pair.
CREATE TABLE blocks (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL, -- who blocks
    contact_id   BIGINT NOT NULL, -- whom
    created_at   BIGINT NOT NULL,
    who          SMALLINT NOT NULL,
    who_id       BIGINT,
    PRIMARY KEY (community_id, member_id, contact_id)
);
CREATE INDEX blocks_of ON blocks (community_id, contact_id, member_id);

-- What must hold for phones whose owners were erased: a keyed hash of the number, and what it had stopped or known.
CREATE TABLE hashed_phones (
    community_id BIGINT NOT NULL,
    hash         BYTEA NOT NULL, -- HMAC-SHA256 of the number
    kind         SMALLINT NOT NULL, -- 0 stop, 1 hold
    number_id    BIGINT NOT NULL, -- 0: every number (STOPALL)
    contact_id   BIGINT,
    since        BIGINT NOT NULL,
    cool_until   BIGINT NOT NULL,
    id           BIGINT NOT NULL, -- of the opt-out
    PRIMARY KEY (community_id, hash, kind, number_id)
);
CREATE INDEX hashed_phones_number ON hashed_phones (community_id, number_id);

-- The key of those hashes.
CREATE TABLE hash_keys (
    id         BIGINT NOT NULL PRIMARY KEY,
    secret     BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- Erasures that go on: what is still to be looked for. The row goes when the last byte has gone.
CREATE TABLE erasures (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    names        TEXT NOT NULL, -- JSON
    phones       TEXT NOT NULL, -- JSON
    began_at     BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);
