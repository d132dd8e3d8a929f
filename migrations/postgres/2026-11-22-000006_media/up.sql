-- Pictures and the like, as they came with texts and without what they say about their makers. Whoever knows
-- the token may fetch one; no community in the key, for the token is all that a fetching phone has.
CREATE TABLE media (
    token        TEXT NOT NULL PRIMARY KEY, -- 128 random bits
    content_type TEXT NOT NULL,
    bytes        BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL, -- soon, until a text carries it
    keep_until   BIGINT NOT NULL  -- the same once a text does
);
CREATE INDEX media_age ON media (expires_at);

-- What a text carries, in order.
CREATE TABLE message_media (
    community_id BIGINT NOT NULL,
    message_id   BIGINT NOT NULL,
    position     SMALLINT NOT NULL,
    token        TEXT NOT NULL,
    PRIMARY KEY (community_id, message_id, position)
);

-- How many there are, so that a text without any looks nothing up.
ALTER TABLE messages ADD COLUMN media SMALLINT NOT NULL DEFAULT 0;
