-- What members are called elsewhere, as in a company's directory: an import knows a member again by it.
CREATE TABLE member_references (
    community_id BIGINT NOT NULL,
    reference    TEXT NOT NULL,
    member_id    BIGINT NOT NULL,
    PRIMARY KEY (community_id, reference),
    FOREIGN KEY (community_id, member_id) REFERENCES members (community_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX member_references_member ON member_references (community_id, member_id);

-- Files of members or contacts, and how far each has come: written in the transaction of the rows themselves.
CREATE TABLE imports (
    community_id BIGINT NOT NULL REFERENCES communities (id),
    id           BIGINT NOT NULL,
    kind         SMALLINT NOT NULL, -- 0 members, 1 contacts
    together     BOOLEAN NOT NULL, -- all or nothing
    dry_run      BOOLEAN NOT NULL,
    name         TEXT NOT NULL, -- of the file
    content      TEXT NOT NULL, -- SHA-256 of the file and of how it is read
    size         BIGINT NOT NULL, -- bytes
    state        SMALLINT NOT NULL, -- 0 running, 1 done, 2 refused (nothing of it stands), 3 given up
    next_byte    BIGINT NOT NULL, -- where the rows begin that are still to be looked at
    next_line    BIGINT NOT NULL,
    added        BIGINT NOT NULL,
    unchanged    BIGINT NOT NULL,
    refused      BIGINT NOT NULL,
    began_at     BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
) WITHOUT ROWID;

-- Which line a member, or a pair (contact_id 0 means none), came from; kept while the import goes on.
CREATE TABLE import_lines (
    community_id BIGINT NOT NULL,
    import_id    BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    contact_id   BIGINT NOT NULL,
    line         BIGINT NOT NULL,
    PRIMARY KEY (community_id, import_id, member_id, contact_id)
) WITHOUT ROWID;

CREATE TABLE import_refusals (
    community_id BIGINT NOT NULL,
    import_id    BIGINT NOT NULL,
    line         BIGINT NOT NULL,
    reason       TEXT NOT NULL, -- a stable word
    sentence     TEXT NOT NULL, -- without real numbers
    PRIMARY KEY (community_id, import_id, line)
) WITHOUT ROWID;

-- What ANALYZE would find of a big community; see docs/decisions.md.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('member_references', 'member_references', '1000000 1000000 1'),
    ('member_references', 'member_references_member', '1000000 1000000 1'),
    ('imports', 'imports', '1000 1000 1'),
    ('import_lines', 'import_lines', '1000000 1000000 1000000 1 1'),
    ('import_refusals', 'import_refusals', '100000 100000 10000 1');
