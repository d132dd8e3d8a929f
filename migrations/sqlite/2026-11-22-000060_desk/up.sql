-- The number that members text to manage their contacts: one at most, and never anybody's contact.
ALTER TABLE numbers ADD COLUMN desk BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX numbers_desk ON numbers (community_id) WHERE desk;
ALTER TABLE number_history ADD COLUMN desk BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether others may find a member by name, the name as it is looked for, and when it last changed.
ALTER TABLE members ADD COLUMN listed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE members ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN named_at BIGINT;
UPDATE members SET name_key = lower(trim(name));
CREATE INDEX members_names ON members (community_id, name_key, id);

-- Phones that have texted the desk: what they were asked last, how often they text, and that the number is the desk on
-- them should it become somebody's contact.
CREATE TABLE desk_phones (
    community_id BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    phone        BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    used_at      BIGINT NOT NULL,
    minute_at    BIGINT NOT NULL, -- since when texts are counted
    minute_texts INTEGER NOT NULL,
    menu         TEXT, -- JSON: what a bare number, or the word for more, would mean
    menu_until   BIGINT NOT NULL,
    PRIMARY KEY (community_id, number_id, phone)
) WITHOUT ROWID;

-- What a member's address book was when it was last taken, and whether the member was told that it has changed since.
CREATE TABLE books (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    taken_at     BIGINT NOT NULL,
    taken        BLOB NOT NULL, -- 16 bytes for each contact: who, and a hash of name and number
    told_at      BIGINT,
    PRIMARY KEY (community_id, member_id)
) WITHOUT ROWID;

-- Private links to address books; only the SHA-256 of each token.
CREATE TABLE book_links (
    community_id BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    token_hash   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    taken_at     BIGINT, -- when it last gave the book
    revoked_at   BIGINT,
    PRIMARY KEY (community_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX book_links_token ON book_links (community_id, token_hash);
CREATE INDEX book_links_member ON book_links (community_id, member_id, id);

-- As of the other tables, what ANALYZE would find in a big community.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('members', 'members_names', '1000000 1000000 2 1'),
    ('desk_phones', 'desk_phones', '1000000 1000000 1000000 1'),
    ('books', 'books', '1000000 1000000 1'),
    ('book_links', 'book_links', '2000000 2000000 1'),
    ('book_links', 'book_links_token', '2000000 2000000 1'),
    ('book_links', 'book_links_member', '2000000 2000000 2 1');
