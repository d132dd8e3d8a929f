-- Keys that signed reports before the present one: their public halves, so that those reports can still be checked.
CREATE TABLE former_signing_keys (
    public     TEXT NOT NULL PRIMARY KEY, -- in base64
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL
) WITHOUT ROWID;
