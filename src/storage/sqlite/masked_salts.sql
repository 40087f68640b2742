-- The name of a key, which is in the file beside this one, then the salt under its mask. Under another name, so that a process of the
-- release before, should one still run, cannot store one without.
ALTER TABLE families RENAME COLUMN salt TO masked_salt;

-- What is in clear goes. The windows stay: whoever retries within one is told that the token is dead, and nobody is taken for a thief.
UPDATE families SET masked_salt = NULL WHERE retry_until IS NOT NULL;
