DROP TABLE verification_parts;
DROP TABLE verifications;
DROP TABLE signing_keys;
