ALTER TABLE admin_invites DROP COLUMN takes_totp;
