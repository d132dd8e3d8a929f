DELETE FROM sqlite_stat1;
DROP INDEX messages_ended_badly;
DROP INDEX deliveries_undelivered;
DROP INDEX deliveries_event;
DROP INDEX messages_to;
DROP INDEX messages_from;
