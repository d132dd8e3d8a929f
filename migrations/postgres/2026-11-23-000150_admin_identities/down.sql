DROP TABLE oidc_used;
DROP TABLE admin_identities;
