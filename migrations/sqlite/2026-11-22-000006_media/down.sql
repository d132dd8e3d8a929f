ALTER TABLE messages DROP COLUMN media;
DROP TABLE message_media;
DROP TABLE media;
