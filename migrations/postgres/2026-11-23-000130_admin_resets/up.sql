-- A link to a new password may take the authenticator app away with it.
ALTER TABLE admin_invites ADD COLUMN takes_totp BOOLEAN NOT NULL DEFAULT FALSE;
