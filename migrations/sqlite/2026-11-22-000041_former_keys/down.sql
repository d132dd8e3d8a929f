DROP TABLE former_signing_keys;
