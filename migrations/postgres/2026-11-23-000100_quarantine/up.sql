-- Below this id no text is in quarantine any more: those that were are discarded by their age.
ALTER TABLE communities ADD COLUMN quarantine_gone_before BIGINT NOT NULL DEFAULT 0;
