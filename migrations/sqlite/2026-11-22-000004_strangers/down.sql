DROP INDEX messages_strangers;
DROP TABLE strangers;
