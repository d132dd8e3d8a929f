ALTER TABLE device_history DROP COLUMN frozen;
ALTER TABLE devices DROP COLUMN frozen_at;
