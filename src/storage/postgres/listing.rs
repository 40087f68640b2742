//! Authorizations of a person or a client, page by page. A person's families have an index; those of a client have none, which every
//! family would have to pay for, and so all of the issuer are looked at, a portion for each page.

use super::families::read;
use super::fault::column;
use super::row::{moment, read_id};
use super::run::{Database, Query};
use crate::storage::{AuthorizationPage, FamilyId, Holder};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// So many families are looked at for a page of a client's.
const PORTION: i64 = 1_000;

/// Where a portion of the families after $2 ends, and how many families it has.
pub(super) const PORTION_END: &str = "WITH looked AS MATERIALIZED (
        SELECT f.family FROM {schema}.families f
        WHERE f.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND f.family {>} $2
        ORDER BY f.family LIMIT $3
    )
    SELECT (SELECT family FROM looked ORDER BY family DESC LIMIT 1), (SELECT pg_catalog.count(*) FROM looked)";

const COLUMNS: &str = "SELECT f.family, f.client_id, false, f.generation, f.keep_until, f.subject, f.created_at, f.details,
        f.ancestors[1], f.outliving";

/// Those of the subject $5. First all of them, by their index: whoever asks for a few in the order of another one is given that, and looks
/// at everybody's.
pub(super) fn of_subject() -> String {
    let theirs = "WITH theirs AS MATERIALIZED (
        SELECT issuer, family, client_id, generation, revoked, keep_until, subject, created_at, details, ancestors, outliving
        FROM {schema}.families
        WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND subject {=} $5 AND family {>} $2 AND keep_until {>} $4
            AND NOT revoked
    ) ";
    [theirs, COLUMNS, " FROM theirs f WHERE NOT {is_revoked} ORDER BY f.family LIMIT $3"].concat()
}

/// Those of the client $5, up to the family $6.
pub(super) fn of_client() -> String {
    let theirs = " FROM {schema}.families f
        WHERE f.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND f.family {>} $2 AND f.family {<=} $6
            AND f.client_id {=} $5 AND f.keep_until {>} $4 AND NOT f.revoked AND NOT {is_revoked}
        ORDER BY f.family LIMIT $3";
    [COLUMNS, theirs].concat()
}

pub(super) async fn page(
    database: &Database,
    issuer: &Issuer,
    of: Holder<'_>,
    after: Option<&FamilyId>,
    limit: u32,
    now: Timestamp,
) -> Result<AuthorizationPage, StoreError> {
    // No identifier comes before that, and none is empty.
    let (after, limit) = (after.map_or(&[][..], |id| &id.as_bytes()[..]), limit.max(1));
    // One more than that says whether there are more.
    let bind = |query: Query| query.bind(issuer.as_str()).bind(after).bind(i64::from(limit) + 1).bind(moment(now));
    let (rows, end) = match of {
        Holder::Subject(subject) => {
            let list = &database.statements.list_of_subject;
            (database.look_up(list, |query| bind(query).bind(subject.as_str().as_bytes())).await?, None)
        }
        Holder::Client(id) => {
            let Some((end, is_last)) = portion(database, issuer, after).await? else { return Ok(AuthorizationPage::default()) };
            let list = &database.statements.list_of_client;
            let rows = database.look_up(list, |query| bind(query).bind(id.as_str()).bind(&end.as_bytes()[..])).await?;
            (rows, (!is_last).then_some(end))
        }
    };
    let records = rows.iter().filter_map(|row| read(row).transpose()).map(|found| Ok(found?.record));
    let mut page = AuthorizationPage::of(records.collect::<Result<_, StoreError>>()?, limit);
    page.next = page.next.or(end);
    Ok(page)
}

/// The last family of the portion after this one, and whether no other comes after it; nothing if none comes at all.
async fn portion(database: &Database, issuer: &Issuer, after: &[u8]) -> Result<Option<(FamilyId, bool)>, StoreError> {
    let bind = |query: Query| query.bind(issuer.as_str()).bind(after).bind(PORTION);
    let Some(row) = database.look_up(&database.statements.portion_end, bind).await?.pop() else { return Ok(None) };
    let Some(end) = column::<Option<&[u8]>>(&row, 0)? else { return Ok(None) };
    Ok(Some((read_id(end)?, column::<i64>(&row, 1)? < PORTION)))
}
