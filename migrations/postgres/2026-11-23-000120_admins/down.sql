DROP TABLE audit_log;
DROP TABLE admin_invites;
DROP TABLE admin_sessions;
DROP TABLE admin_user_communities;
DROP TABLE admin_users;
