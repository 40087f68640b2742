-- The client $3 polls for the request $2 at $4, and is to wait $5 seconds in between. The request is locked as it is *now*, whatever this
-- statement's snapshot says. How long ago the last poll was is measured by the clock of the database, which all instances share.
WITH locked AS MATERIALIZED (
    SELECT issuer, hash, kind, owner, client_id, expires_at, details, answer, {shared:$4} AS moment,
        {shared:$4} {-} polled_at AS passed, greatest($5, poll_interval) AS counts
    FROM {schema}.pending
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND hash {=} $2 AND client_id {=} $3 AND expires_at {>} $4
        AND alias IS NOT NULL
    FOR UPDATE
),
judged AS MATERIALIZED (
    SELECT *, answer IS NULL AND coalesce(passed {>=} 0 AND passed {<} counts, false) AS too_soon FROM locked
),
polled AS (
    UPDATE {schema}.pending p SET polled_at = judged.moment, poll_interval = CASE WHEN judged.too_soon
        THEN greatest(judged.counts, judged.passed {+} 5, $5 {+} 5) ELSE judged.counts END
    FROM judged WHERE judged.answer IS NULL AND p.issuer {=} judged.issuer AND p.hash {=} judged.hash
)
SELECT kind, owner, client_id, expires_at, details, answer, too_soon FROM judged
