ALTER TABLE communities DROP COLUMN quarantine_gone_before;
