-- The key with which reports are signed, for the whole instance: made at its first use.
CREATE TABLE signing_keys (
    id         BIGINT NOT NULL PRIMARY KEY,
    secret     TEXT NOT NULL, -- the seed of an Ed25519 key, in base64
    created_at BIGINT NOT NULL
);

-- Verifications that the API was asked for. No community's: an admin may ask for all of them at once.
CREATE TABLE verifications (
    id           BIGINT NOT NULL PRIMARY KEY,
    community_id BIGINT, -- none for all
    state        TEXT NOT NULL, -- running, done, failed, interrupted
    assignments  BIGINT NOT NULL, -- looked at so far
    about        BIGINT NOT NULL, -- how many there are, about
    offenders    BIGINT NOT NULL,
    error        TEXT,
    began_at     BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL, -- also a sign of life
    ended_at     BIGINT
);

-- Their reports, in pieces.
CREATE TABLE verification_parts (
    verification_id BIGINT NOT NULL,
    no              BIGINT NOT NULL,
    body            TEXT NOT NULL,
    PRIMARY KEY (verification_id, no)
);
