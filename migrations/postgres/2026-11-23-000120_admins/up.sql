-- People who sign in with a browser.
CREATE TABLE admin_users (
    id              BIGINT PRIMARY KEY NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL, -- in lower case
    password_hash   TEXT, -- argon2id; none until the one-time link was followed
    role            TEXT NOT NULL,
    all_communities BOOLEAN NOT NULL,
    totp_secret     TEXT, -- base32
    totp_pending    TEXT, -- base32: enrolled, and not confirmed yet
    totp_step       BIGINT NOT NULL DEFAULT 0, -- the last that was used: each code is good once
    disabled        BOOLEAN NOT NULL DEFAULT FALSE,
    created_at      BIGINT NOT NULL,
    signed_in_at    BIGINT
);
CREATE UNIQUE INDEX admin_users_name ON admin_users (name_key);

-- The communities of those who do not have all.
CREATE TABLE admin_user_communities (
    user_id      BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, community_id)
);

-- Who is signed in; only the SHA-256 of each token.
CREATE TABLE admin_sessions (
    token_hash   TEXT PRIMARY KEY NOT NULL,
    user_id      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL -- whatever happens
);
CREATE INDEX admin_sessions_user ON admin_sessions (user_id);
CREATE INDEX admin_sessions_end ON admin_sessions (expires_at);

-- One-time links; only the SHA-256 of each token.
CREATE TABLE admin_invites (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_id    BIGINT, -- whose it is, where the user is there already
    role       TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX admin_invites_end ON admin_invites (expires_at);
CREATE INDEX admin_invites_user ON admin_invites (user_id);

-- What was done by people who are signed in. Never a real number.
CREATE TABLE audit_log (
    id      BIGINT PRIMARY KEY NOT NULL,
    at      BIGINT NOT NULL,
    user_id BIGINT,
    name    TEXT NOT NULL, -- as it was then
    what    TEXT NOT NULL,
    target  TEXT NOT NULL,
    address TEXT NOT NULL,
    status  INTEGER NOT NULL
);
