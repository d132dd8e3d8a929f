DELETE FROM sqlite_stat1 WHERE tbl IN ('admin_identities', 'oidc_used');
DROP TABLE oidc_used;
DROP TABLE admin_identities;
