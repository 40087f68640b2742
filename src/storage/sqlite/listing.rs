//! Authorizations of a person or a client, page by page. A person's families have an index; those of a client have none, which every
//! family would have to pay for, and so all are looked at, a portion for each page.

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, named_params};

use super::families::found;
use super::fault::Fault;
use super::kin;
use super::row::{Bytes, Family, Moment};
use crate::client::ClientId;
use crate::storage::{AuthorizationPage, FamilyId, FamilyRecord, Holder};
use crate::values::clock::Timestamp;
use crate::values::issuer::Issuer;
use crate::values::subject::Subject;

/// So many families are looked at for a page of a client's.
const PORTION: u32 = 1_024;

/// Of whom they are, so that it need not be borrowed.
pub(super) enum Of {
    Client(ClientId),
    Subject(Subject),
}

impl From<Holder<'_>> for Of {
    fn from(of: Holder<'_>) -> Self {
        match of {
            Holder::Client(id) => Self::Client(id.clone()),
            Holder::Subject(subject) => Self::Subject(subject.clone()),
        }
    }
}

/// Where a portion of all issuers ends, and how many families it has.
const PORTION_END: &str =
    "SELECT max(family), count(*) FROM (SELECT family FROM families WHERE family > ?1 ORDER BY family LIMIT ?2)";

/// The families `f` that live and come after `:after`. The condition `theirs` stands between.
fn select(theirs: &str) -> String {
    format!(
        "SELECT {}, f.subject, f.created_at, f.details FROM families f
         WHERE {theirs} AND f.issuer = (SELECT id FROM issuers WHERE url = :issuer) AND f.keep_until > :now
             AND f.revoked = 0 AND NOT {}
         ORDER BY f.family LIMIT :limit",
        Family::COLUMNS,
        kin::IS_REVOKED
    )
}

/// With the sign of a sum the index of families is not used, which has those of everybody.
fn of_subject() -> String {
    select("f.subject = :of AND +f.family > :after")
}

fn of_client() -> String {
    select("f.family > :after AND f.family <= :end AND f.client_id = :of")
}

fn record(row: &Row<'_>) -> rusqlite::Result<FamilyRecord> {
    Ok(found(row, Family::read(row)?)?.record)
}

pub(super) fn page(
    connection: &Connection,
    issuer: &Issuer,
    of: &Of,
    after: Option<&FamilyId>,
    limit: u32,
    now: Timestamp,
) -> Result<AuthorizationPage, Fault> {
    // No identifier comes before that, and none is empty.
    let (after, limit) = (after.map_or(&[][..], |id| &id.as_bytes()[..]), limit.max(1));
    // One more than that says whether there are more.
    let with_one_more = i64::from(limit) + 1;
    let (issuer, now) = (issuer.as_str(), Moment(now));
    let list = |query: &str, values: &[(&str, &dyn ToSql)]| -> Result<Vec<FamilyRecord>, Fault> {
        Ok(connection.prepare_cached(query)?.query_map(values, record)?.collect::<Result<_, _>>()?)
    };
    match of {
        Of::Subject(subject) => {
            let values =
                named_params! {":of": subject.as_str(), ":after": after, ":issuer": issuer, ":now": now, ":limit": with_one_more};
            Ok(AuthorizationPage::of(list(&of_subject(), values)?, limit))
        }
        Of::Client(id) => {
            let mut end = connection.prepare_cached(PORTION_END)?;
            let (end, looked): (Option<Bytes<16>>, u32) =
                end.query_row((after, PORTION), |row| Ok((row.get(0)?, row.get(1)?)))?;
            let Some(end) = end else { return Ok(AuthorizationPage::default()) };
            let values = named_params! {
                ":of": id.as_str(), ":after": after, ":end": end, ":issuer": issuer, ":now": now, ":limit": with_one_more
            };
            let mut page = AuthorizationPage::of(list(&of_client(), values)?, limit);
            if looked == PORTION {
                page.next.get_or_insert(FamilyId::from_bytes(end.0));
            }
            Ok(page)
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;
    use rusqlite::types::Value;

    use super::super::migrations;
    use super::*;

    #[test]
    fn a_page_looks_at_those_of_a_person_or_at_a_portion() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::migrate(&mut connection, migrations::MIGRATIONS).unwrap();
        for (statement, index) in [
            (of_subject(), "families_of_subject (issuer=? AND subject=?)"),
            (of_client(), "(family>? AND family<?)"),
            (PORTION_END.to_owned(), "(family>?)"),
        ] {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let unbound = vec![Value::Null; explain.parameter_count()];
            let plan = explain.query_map(params_from_iter(unbound), |row| row.get(3)).unwrap();
            let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
            assert!(plan.iter().any(|line| line.contains(index)), "{statement}: {plan:?}");
            assert!(plan.iter().all(|line| !line.starts_with("SCAN f")), "{statement}: {plan:?}");
        }
    }
}
