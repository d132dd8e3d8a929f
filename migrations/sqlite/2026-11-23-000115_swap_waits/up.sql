-- A swap stops for a while where as many notices wait to leave as its new numbers send in a minute.
ALTER TABLE swaps ADD COLUMN waits BOOLEAN NOT NULL DEFAULT FALSE;
