-- For whom a number stood on a phone when the phone left its member, or the number its community: whoever has
-- the phone now still has those texts. What members' own tables last held is in `releases`.
CREATE TABLE phone_holds (
    community_id BIGINT NOT NULL,
    phone        BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    contact_id   BIGINT, -- absent for somebody of another community
    released_at  BIGINT NOT NULL,
    cool_until   BIGINT NOT NULL,
    PRIMARY KEY (community_id, phone, number_id)
) WITHOUT ROWID;
