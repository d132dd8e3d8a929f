-- What members were called before, and as whom: an erasure looks for it. Who became one with another
-- member stands under that one.
CREATE TABLE former_names (
    community_id BIGINT NOT NULL,
    member_id    BIGINT NOT NULL, -- who it is now
    was_id       BIGINT NOT NULL, -- who was called so
    name         TEXT NOT NULL,
    PRIMARY KEY (community_id, member_id, was_id, name)
);
CREATE INDEX former_names_was ON former_names (community_id, was_id);
