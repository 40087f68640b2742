-- Which access tokens outlived the rotations before; NULL where none did. The release before does not look here, and takes them for ended.
ALTER TABLE {schema}.families ADD COLUMN outliving pg_catalog.text;
