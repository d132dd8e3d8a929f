DELETE FROM sqlite_stat1 WHERE tbl IN ('admin_users', 'admin_user_communities', 'admin_sessions', 'admin_invites', 'audit_log');
DROP TABLE audit_log;
DROP TABLE admin_invites;
DROP TABLE admin_sessions;
DROP TABLE admin_user_communities;
DROP TABLE admin_users;
