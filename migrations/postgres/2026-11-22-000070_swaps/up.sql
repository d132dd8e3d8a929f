-- Until when a number that a pair was moved off leads to the pair's new one, for who calls or texts it from that phone.
-- 0: it does not.
ALTER TABLE releases ADD COLUMN forwards_until BIGINT NOT NULL DEFAULT 0;

-- A swap moves every pair off some numbers.
CREATE TABLE swaps (
    community_id   BIGINT NOT NULL REFERENCES communities (id),
    id             BIGINT NOT NULL,
    carrier        TEXT,             -- what was named where it was not numbers
    region         TEXT,
    overlap_s      BIGINT NOT NULL,
    notice         TEXT,             -- what phones are told; none: nothing
    state          SMALLINT NOT NULL,
    undoing        BOOLEAN NOT NULL, -- which way it goes, or went before it was paused
    total          BIGINT NOT NULL,
    moved          BIGINT NOT NULL,
    failed         BIGINT NOT NULL,
    told           BIGINT NOT NULL,
    undone         BIGINT NOT NULL,
    not_undone     BIGINT NOT NULL,
    place_member   BIGINT NOT NULL,  -- how far the pass through the table is
    place_number   BIGINT NOT NULL,
    pass_moved     BIGINT NOT NULL,  -- what this pass has moved
    forwards_until BIGINT NOT NULL,  -- the latest of what it has moved
    who            SMALLINT NOT NULL,
    who_id         BIGINT,
    created_at     BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL,
    ended_at       BIGINT,
    PRIMARY KEY (community_id, id)
);
-- Looked for twice a second.
CREATE INDEX swaps_going ON swaps (community_id, id) WHERE state < 2;

-- The numbers that a swap is about: those that it empties, and those that lead back after it was undone.
CREATE TABLE swap_numbers (
    community_id   BIGINT NOT NULL,
    swap_id        BIGINT NOT NULL,
    number_id      BIGINT NOT NULL,
    emptied        BOOLEAN NOT NULL,
    former_state   TEXT NOT NULL,
    forwards_until BIGINT NOT NULL,
    PRIMARY KEY (community_id, swap_id, number_id)
);
CREATE INDEX swap_numbers_number ON swap_numbers (community_id, number_id, swap_id);

-- A pair's row that was moved, or could not be.
CREATE TABLE swap_moves (
    community_id   BIGINT NOT NULL,
    swap_id        BIGINT NOT NULL,
    member_id      BIGINT NOT NULL,
    from_number_id BIGINT NOT NULL,
    contact_id     BIGINT NOT NULL,
    assignment_id  BIGINT NOT NULL,
    to_number_id   BIGINT,           -- none: it could not be moved
    moved_at       BIGINT NOT NULL,
    told           SMALLINT NOT NULL,
    notice_id      BIGINT,           -- msg_… of the text that told the phone
    reason         TEXT,             -- why it could not be moved
    undone_at      BIGINT,
    undo_reason    TEXT,             -- why it could not be moved back
    PRIMARY KEY (community_id, swap_id, member_id, from_number_id)
);
