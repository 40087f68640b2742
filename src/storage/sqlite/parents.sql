-- The family that a family descends from, by its identifier; the issuer is the same.
ALTER TABLE families ADD COLUMN parent BLOB;
