-- Calls: one row each, from the moment in which it is let through (or refused) to its end.
CREATE TABLE calls (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    origin       SMALLINT NOT NULL, -- 0 phone, 1 app
    node         SMALLINT NOT NULL, -- whose call it is while it lasts
    from_member  BIGINT,
    to_member    BIGINT,
    from_phone   BIGINT, -- the real phone it came from, for disputes; never shown
    dialled      BIGINT, -- the pool number that the caller dialled, or sees
    shown        BIGINT, -- the pool number that the callee sees
    state        SMALLINT NOT NULL, -- 0 ringing, 1 answered, 2 ended
    cause        TEXT,
    reason       TEXT, -- why a rule refused it
    ended_by     TEXT,
    sip_status   SMALLINT,
    trunk_in     TEXT,
    trunk_out    TEXT,
    began_at     BIGINT NOT NULL,
    ringing_at   BIGINT,
    answered_at  BIGINT,
    ended_at     BIGINT,
    hang_up      BOOLEAN NOT NULL, -- somebody asked for its end
    quality      TEXT, -- JSON, of both legs
    steps        TEXT, -- JSON, once it has ended
    PRIMARY KEY (community_id, id)
) WITHOUT ROWID;
CREATE INDEX calls_from ON calls (community_id, from_member, id);
CREATE INDEX calls_to ON calls (community_id, to_member, id);
-- What goes on: looked at when a node starts, and when another asks for an end.
CREATE INDEX calls_live ON calls (node) WHERE state < 2;
-- Strangers' calls are removed by age.
CREATE INDEX calls_strangers ON calls (community_id, id) WHERE from_member IS NULL AND to_member IS NULL;
