ALTER TABLE message_parts DROP COLUMN smsc;
DROP TABLE early_receipts;
DROP TABLE held_parts;
