-- The families that a family descends from, the nearest first; NULL where it descends from none. The release before does not look here:
-- details of what descends from others have a version that it does not read.
ALTER TABLE {schema}.families ADD COLUMN ancestors pg_catalog.bytea[];
