-- A phone that was lost: nothing is sent to it and nothing from it is accepted until it is thawed or replaced.
ALTER TABLE devices ADD COLUMN frozen_at BIGINT;
ALTER TABLE device_history ADD COLUMN frozen BOOLEAN NOT NULL DEFAULT FALSE;
