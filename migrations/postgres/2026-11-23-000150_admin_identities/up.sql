-- Whom a provider of OpenID Connect knows as whom.
CREATE TABLE admin_identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX admin_identities_user ON admin_identities (user_id);

-- Tries to sign in at a provider that came back: none does so twice.
CREATE TABLE oidc_used (
    state_hash TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL -- when the try would be refused as too old
);
CREATE INDEX oidc_used_end ON oidc_used (expires_at);
