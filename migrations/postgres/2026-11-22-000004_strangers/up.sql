-- Strangers who text again and again: one message an hour for each phone, number and kind (0 refused,
-- 1 keyword); what comes in between only counts.
CREATE TABLE strangers (
    community_id BIGINT NOT NULL,
    phone        BIGINT NOT NULL,
    number_id    BIGINT NOT NULL,
    kind         SMALLINT NOT NULL,
    message_id   BIGINT NOT NULL, -- the message that they count on
    since        BIGINT NOT NULL,
    texts        BIGINT NOT NULL,
    PRIMARY KEY (community_id, phone, number_id, kind)
);
CREATE INDEX strangers_message ON strangers (community_id, message_id);

-- Texts of strangers and notices to them: the messages in which no member is. They are removed by age.
CREATE INDEX messages_strangers ON messages (community_id, id)
    WHERE from_member IS NULL AND to_member IS NULL;
