-- Whom a provider of OpenID Connect knows as whom.
CREATE TABLE admin_identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;
CREATE INDEX admin_identities_user ON admin_identities (user_id);

-- Tries to sign in at a provider that came back: none does so twice.
CREATE TABLE oidc_used (
    state_hash TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL -- when the try would be refused as too old
) WITHOUT ROWID;
CREATE INDEX oidc_used_end ON oidc_used (expires_at);

-- As of the other tables, what ANALYZE would find.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('admin_identities', 'admin_identities', '1000 1000 1'),
    ('admin_identities', 'admin_identities_user', '1000 1 1 1'),
    ('oidc_used', 'oidc_used', '1000 1'),
    ('oidc_used', 'oidc_used_end', '1000 1 1');
