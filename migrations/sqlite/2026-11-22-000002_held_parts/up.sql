-- Parts of long texts that were acknowledged before the others came. Which community they are for is known
-- only when the text is whole: like number_directory, this is no community's table.
CREATE TABLE held_parts (
    node           SMALLINT NOT NULL, -- whose links they came over
    outlet         TEXT NOT NULL, -- the account or carrier that sent them
    no             BIGINT NOT NULL, -- in the order of their coming
    from_phone     BIGINT NOT NULL,
    to_number      BIGINT NOT NULL,
    reference_kind SMALLINT NOT NULL, -- 0 UDH of 8 bits, 1 UDH of 16 bits, 2 SAR
    reference      INTEGER NOT NULL,
    total          SMALLINT NOT NULL,
    part           SMALLINT NOT NULL,
    data_coding    SMALLINT NOT NULL,
    body           BLOB NOT NULL,
    carrier_ref    TEXT,
    want_receipt   BOOLEAN NOT NULL,
    valid_for_s    BIGINT,
    due_at         BIGINT NOT NULL, -- when the text is given up
    PRIMARY KEY (node, outlet, no)
) WITHOUT ROWID;

-- Receipts that came before the answer to the sending was stored, or that are about no text of ours: kept
-- for minutes. They name a carrier's reference, so they are no community's either.
CREATE TABLE early_receipts (
    id          BIGINT NOT NULL PRIMARY KEY,
    carrier     TEXT NOT NULL,
    smsc        TEXT,
    carrier_ref TEXT NOT NULL,
    status      SMALLINT NOT NULL,
    detail      TEXT,
    received_at BIGINT NOT NULL
);
CREATE INDEX early_receipts_ref ON early_receipts (carrier_ref, carrier);

-- Which of its carrier's SMSCs took a part: two of them may give the same reference.
ALTER TABLE message_parts ADD COLUMN smsc TEXT;
