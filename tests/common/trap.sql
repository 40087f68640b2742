-- A schema in which everything of the system that a statement might name is there once more, and betrays who uses it: functions,
-- aggregates and operators raise an error, and give a type that fits nowhere; tables are empty; types accept nothing.
SET search_path = pg_catalog;
CREATE SCHEMA trap;
CREATE TYPE trap.poison AS ENUM ('poison');

DO $do$
DECLARE
    known oid[] := ARRAY['text', 'bytea', 'name', 'oid', 'int2', 'int4', 'int8', 'float8', 'bool', 'tid', 'timestamptz', 'interval',
        'jsonb', '"any"', 'anyelement', 'anyarray', 'anynonarray']::regtype[]::oid[];
    found record;
    betrayal text := 'BEGIN RAISE EXCEPTION ''trap: %%'', %L; END';
    body text;
BEGIN
    FOR found IN SELECT proname, pg_get_function_arguments(oid) AS arguments FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND proallargtypes IS NULL AND provariadic = 0
            AND (proargtypes::oid[] <@ known OR proname IN ('set_config')) AND NOT proargtypes::oid[] @> ARRAY['"any"'::regtype::oid]
    LOOP
        body := format(betrayal, found.proname);
        EXECUTE format('CREATE FUNCTION trap.%I(%s) RETURNS trap.poison LANGUAGE plpgsql AS %L',
            found.proname, found.arguments, body);
    END LOOP;

    FOR found IN SELECT oprname, oprleft, oprright FROM pg_operator
        WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprright = ANY (known) AND (oprleft = 0 OR oprleft = ANY (known))
    LOOP
        body := format(betrayal, found.oprname);
        IF found.oprleft = 0 THEN
            EXECUTE format('CREATE OR REPLACE FUNCTION trap.%I(%s) RETURNS trap.poison LANGUAGE plpgsql AS %L',
                'operator ' || found.oprname, found.oprright::regtype, body);
            EXECUTE format('CREATE OPERATOR trap.%s (RIGHTARG = %s, FUNCTION = trap.%I)',
                found.oprname, found.oprright::regtype, 'operator ' || found.oprname);
        ELSE
            EXECUTE format('CREATE OR REPLACE FUNCTION trap.%I(%s, %s) RETURNS trap.poison LANGUAGE plpgsql AS %L',
                'operator ' || found.oprname, found.oprleft::regtype, found.oprright::regtype, body);
            EXECUTE format('CREATE OPERATOR trap.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = trap.%I)',
                found.oprname, found.oprleft::regtype, found.oprright::regtype, 'operator ' || found.oprname);
        END IF;
    END LOOP;

    CREATE FUNCTION trap.counted(trap.poison) RETURNS trap.poison LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trap: count'; END $$;
    CREATE AGGREGATE trap.count(*) (SFUNC = trap.counted, STYPE = trap.poison);
    FOR found IN SELECT p.proname, p.proargtypes[0]::regtype AS argument FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'a' AND p.pronargs = 1 AND p.proargtypes[0] = ANY (known)
            AND p.proargtypes[0] <> ALL (ARRAY['"any"', 'anyelement', 'anyarray', 'anynonarray']::regtype[]::oid[])
    LOOP
        EXECUTE format('CREATE FUNCTION trap.%I(trap.poison, %s) RETURNS trap.poison LANGUAGE plpgsql AS %L',
            'aggregate ' || found.proname, found.argument, format(betrayal, found.proname));
        EXECUTE format('CREATE AGGREGATE trap.%I(%s) (SFUNC = trap.%I, STYPE = trap.poison)',
            found.proname, found.argument, 'aggregate ' || found.proname);
    END LOOP;

    FOR found IN SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') LOOP
        EXECUTE format('CREATE TABLE trap.%I ()', found.relname);
    END LOOP;
    FOREACH body IN ARRAY ARRAY['issuers', 'clients', 'families', 'codes', 'access_tokens', 'refresh_tokens', 'interactions',
        'schema_version']
    LOOP
        EXECUTE format('CREATE TABLE trap.%I ()', body);
    END LOOP;

    FOREACH body IN ARRAY ARRAY['text', 'bytea', 'bool', 'int2', 'int4', 'int8', 'float8', 'tid', 'timestamptz', 'json', 'jsonb', 'uuid']
    LOOP
        EXECUTE format('CREATE DOMAIN trap.%I AS pg_catalog.%I CHECK (false)', body, body);
    END LOOP;
END
$do$;
CREATE COLLATION trap."C" FROM pg_catalog."POSIX";
GRANT USAGE ON SCHEMA trap TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA trap TO PUBLIC;
