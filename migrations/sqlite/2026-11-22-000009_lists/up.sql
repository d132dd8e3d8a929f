-- Lists that are read by something else than their primary key: a page must not cost a walk through the table.

-- A member's messages, from and to; the other end stands in the index, so that those of a pair are found in it.
CREATE INDEX messages_from ON messages (community_id, from_member, id, to_member) WHERE from_member IS NOT NULL;
CREATE INDEX messages_to ON messages (community_id, to_member, id, from_member) WHERE to_member IS NOT NULL;
-- Those that ended badly (undelivered and above), which are few: the others pay nothing for it.
CREATE INDEX messages_ended_badly ON messages (community_id, status, id) WHERE status >= 4;

-- Event ids rise, so that this is written at its end.
CREATE INDEX deliveries_event ON deliveries (community_id, event_id, id);
-- Those that are pending or dead.
CREATE INDEX deliveries_undelivered ON deliveries (community_id, state, id) WHERE state <> 1;

-- What ANALYZE would find in a big community, for good. Without statistics SQLite takes ten rows for what a community
-- has of anything: it then walks through all phones of a community to find a member's, and sorts to save a lookup.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('members', 'members', '1000000 1000000 1'),
    ('devices', 'devices', '1000000 1000000 1'),
    ('devices', 'devices_phone', '1000000 1000000 1'),
    ('devices', 'devices_member', '1000000 1000000 1 1'),
    ('devices', 'devices_any_phone', '1000000 1'),
    ('numbers', 'numbers', '1000 1000 1'),
    ('numbers', 'numbers_e164', '1000 1000 1'),
    ('assignments', 'assignments', '100000000 100000000 100 1'),
    ('assignments', 'assignments_pair', '100000000 100000000 100 1'),
    ('releases', 'releases', '10000000 10000000 10 1'),
    ('opt_outs', 'opt_outs', '100000 100000 2 1'),
    ('opt_outs', 'opt_outs_id', '100000 100000 1'),
    ('messages', 'messages', '100000000 100000000 1'),
    ('messages', 'messages_carrier_ref', '100000000 100000000 10000000 1'),
    ('messages', 'messages_strangers', '100000 100000 1'),
    ('messages', 'messages_from', '100000000 100000000 1000 1 1'),
    ('messages', 'messages_to', '100000000 100000000 1000 1 1'),
    ('messages', 'messages_ended_badly', '1000000 1000000 200000 1'),
    ('message_parts', 'message_parts', '100000000 100000000 1 1'),
    ('message_parts', 'message_parts_ref', '100000000 1 1'),
    ('app_devices', 'app_devices', '1000000 1000000 1'),
    ('app_devices', 'app_devices_id', '1000000 1000000 1'),
    ('app_devices', 'app_devices_endpoint', '1000000 1000000 100000 1'),
    ('events', 'events', '10000000 10000000 1'),
    ('deliveries', 'deliveries', '10000000 10000000 1'),
    ('deliveries', 'deliveries_endpoint', '10000000 10000000 1000000 1'),
    ('deliveries', 'deliveries_pending', '1000 1000 100 1'),
    ('deliveries', 'deliveries_event', '10000000 10000000 10 1'),
    ('deliveries', 'deliveries_undelivered', '1000 1000 500 1'),
    ('delivery_attempts', 'delivery_attempts', '10000000 10000000 1 1');
