-- Lists that are read by something else than their primary key: a page must not cost a walk through the table.

-- A member's messages, from and to; the other end stands in the index, so that those of a pair are found in it.
CREATE INDEX messages_from ON messages (community_id, from_member, id, to_member) WHERE from_member IS NOT NULL;
CREATE INDEX messages_to ON messages (community_id, to_member, id, from_member) WHERE to_member IS NOT NULL;
-- SQLite has an index of those that ended badly besides. Here it would take HOT updates from every change of a status.

-- Event ids rise, so that this is written at its end.
CREATE INDEX deliveries_event ON deliveries (community_id, event_id, id);
-- Those that are pending or dead.
CREATE INDEX deliveries_undelivered ON deliveries (community_id, state, id) WHERE state <> 1;
