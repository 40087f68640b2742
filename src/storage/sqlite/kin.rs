//! Families that descend from others. What descends from none pays for one column more.

use rusqlite::Connection;

use super::fault::Fault;
use super::row::{Family, Moment, family_id};
use crate::storage::{FamilyId, FamilyRecord, Spending};
use crate::values::clock::Timestamp;

/// A table of the ancestors of a family, by its parent and its issuer. It ends with one that has no parent; should that be gone, before.
macro_rules! ancestors {
    ($parent:literal, $issuer:literal) => {
        concat!(
            "WITH RECURSIVE ancestors (family, parent, revoked) AS (
                 SELECT a.family, a.parent, a.revoked FROM families a WHERE a.family = ",
            $parent,
            " AND a.issuer = ",
            $issuer,
            " UNION ALL SELECT a.family, a.parent, a.revoked
                 FROM ancestors JOIN families a ON a.family = ancestors.parent AND a.issuer = ",
            $issuer,
            " LIMIT 8)"
        )
    };
}

const _: () = assert!(FamilyRecord::MAX_ANCESTORS == 8);

/// Is the family `f` revoked, or one of its ancestors? NULL if one of those is gone.
macro_rules! is_revoked {
    () => {
        concat!(
            "CASE WHEN f.parent IS NULL THEN f.revoked ELSE (",
            $crate::storage::sqlite::kin::ancestors!("f.parent", "f.issuer"),
            " SELECT CASE WHEN min(parent IS NOT NULL) = 0 THEN f.revoked OR max(revoked) END FROM ancestors) END"
        )
    };
}

pub(super) use {ancestors, is_revoked};

pub(super) const IS_REVOKED: &str = is_revoked!();

const COUNT: &str = concat!(ancestors!("?1", "?2"), " SELECT count(*) FROM ancestors");

const KEEP: &str = concat!(
    ancestors!("?1", "?2"),
    " UPDATE families SET keep_until = ?3
      WHERE family IN (SELECT family FROM ancestors) AND issuer = ?2 AND keep_until < ?3"
);

/// Why a family cannot descend from this one.
pub(super) fn refused(
    connection: &Connection,
    issuer: i64,
    parent: &FamilyId,
    now: Timestamp,
) -> Result<Option<Spending>, Fault> {
    let Some(parent) = Family::find(connection, issuer, parent)?.filter(|parent| parent.is_remembered(now)) else {
        return Ok(Some(Spending::Orphaned));
    };
    if parent.state.revoked {
        return Ok(Some(Spending::Orphaned));
    }
    let Some(its_parent) = parent.parent else { return Ok(None) };
    let ancestors: u32 = connection.prepare_cached(COUNT)?.query_row((family_id(&its_parent), issuer), |row| row.get(0))?;
    Ok((ancestors as usize >= FamilyRecord::MAX_ANCESTORS).then_some(Spending::TooDeep))
}

/// Keeps a family and its ancestors until then.
pub(super) fn keep(connection: &Connection, issuer: i64, family: &FamilyId, moment: Timestamp) -> Result<(), Fault> {
    connection.prepare_cached(KEEP)?.execute((family_id(family), issuer, Moment(moment)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ancestor_is_found_by_its_key() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::migrations::migrate(&mut connection, super::super::migrations::MIGRATIONS).unwrap();
        for statement in [&format!("SELECT {IS_REVOKED} FROM families f WHERE f.id = 1"), COUNT, KEEP] {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let unbound = vec![rusqlite::types::Value::Null; explain.parameter_count()];
            let plan = explain.query_map(rusqlite::params_from_iter(unbound), |row| row.get(3)).unwrap();
            let plan = plan.collect::<Result<Vec<String>, _>>().unwrap();
            let scans = plan.iter().filter(|line| line.starts_with("SCAN") && *line != "SCAN ancestors");
            assert_eq!(scans.count(), 0, "{plan:?}");
        }
    }
}
