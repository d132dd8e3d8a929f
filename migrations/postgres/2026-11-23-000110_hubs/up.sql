-- A hub is a pool number at which many people reach one contact, each by a tag. A line is one tag of a hub: a number
-- like others to the tables, with the hub's telephone number.
ALTER TABLE numbers ADD COLUMN hub BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE numbers ADD COLUMN hub_id BIGINT; -- of a line: its hub
ALTER TABLE numbers ADD COLUMN tag INTEGER NOT NULL DEFAULT 0; -- of a line: 1 to 9999
DROP INDEX numbers_e164;
CREATE UNIQUE INDEX numbers_e164 ON numbers (community_id, e164, tag);
CREATE INDEX numbers_hubs ON numbers (community_id, id) WHERE hub;
CREATE UNIQUE INDEX numbers_lines ON numbers (community_id, hub_id, tag) WHERE hub_id IS NOT NULL;

-- What stands before a text on the recipient's phone, where it goes by a line; and the tag that a phone wrote to a hub.
ALTER TABLE messages ADD COLUMN label TEXT;
ALTER TABLE messages ADD COLUMN tag INTEGER;

-- Members whose tables are nearly full, and when apps were told.
CREATE TABLE table_warnings (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL,
    warned_at    BIGINT NOT NULL,
    PRIMARY KEY (community_id, member_id)
);
