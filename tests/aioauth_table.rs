//! The page "Coming from aioauth" has a row for each thing that aioauth 0.1.6 offers, and explains each defect that it names.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../src/manual/coming_from_aioauth.rs");

/// The rows of the inventory.
const IDS: &str = "
    SRV-01 SRV-02 SRV-03 SRV-04 SRV-05 SRV-06 SRV-07 SRV-08
    DB-01 DB-02 DB-03 DB-04 DB-05 DB-06 DB-07 DB-08 DB-09 DB-10 DB-11
    REG-01 REG-02 REG-03 REG-04
    VAL-01 VAL-02 VAL-03
    SET-01 SET-02 SET-03 SET-04 SET-05
    HDR-01 HDR-02
    ERR-01 ERR-02 ERR-03 ERR-04 ERR-05 ERR-06 ERR-07 ERR-08 ERR-09 ERR-10 ERR-11 ERR-12 ERR-13 ERR-14
    GT-01 GT-02 GT-03 GT-04 GT-05 GT-06 GT-07 GT-08 GT-09 GT-10 GT-11 GT-12
    RT-01 RT-02 RT-03 RT-04 RT-05 RT-06 RT-07
    MOD-01 MOD-02 MOD-03 MOD-04 MOD-05 MOD-06 MOD-07 MOD-08 MOD-09 MOD-10 MOD-11 MOD-12a MOD-12b MOD-12c MOD-12d MOD-12e
    MOD-12f MOD-13a MOD-13b MOD-13c MOD-14 MOD-15 MOD-16a MOD-16b MOD-16c MOD-16d MOD-16e MOD-16f MOD-17 MOD-18 MOD-19
    MOD-20 MOD-21 MOD-22
    REQ-01a REQ-01b REQ-01c REQ-01d REQ-01e REQ-01f REQ-01g REQ-02a REQ-02b REQ-02c REQ-02d REQ-02e REQ-02f REQ-02g
    REQ-02h REQ-02i REQ-02j REQ-02k REQ-03a REQ-03b REQ-03c REQ-03d REQ-03e REQ-03f REQ-03g
    RSP-01a RSP-01b RSP-01c RSP-02a RSP-02b RSP-03a RSP-03b RSP-03c RSP-03d RSP-03e RSP-03f RSP-04a RSP-04b RSP-04c
    RSP-04d RSP-05 RSP-06a RSP-06b RSP-06c
    STR-01 STR-02
    TYP-01 TYP-02 TYP-03 TYP-04 TYP-05 TYP-06 TYP-07
    UTL-01 UTL-02 UTL-03 UTL-04 UTL-05 UTL-06 UTL-07 UTL-08 UTL-09 UTL-10
    DOC-01 DOC-02 DOC-03 DOC-04 DOC-05 DOC-06
";

/// The cells of the rows of all tables, without head and rule.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let lines = PAGE.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |"));
    lines.map(|line| line.split(" | ").map(str::trim).collect::<Vec<_>>()).filter(|cells| cells[0] != "Id")
}

fn is_defect(id: &str) -> bool {
    id.starts_with("D-")
}

#[test]
fn each_id_has_one_row() {
    let found: Vec<&str> = rows().map(|cells| cells[0]).filter(|id| !is_defect(id)).collect();
    let expected: Vec<&str> = IDS.split_whitespace().collect();
    let twice: Vec<&str> = found.iter().enumerate().filter(|(at, id)| found[..*at].contains(id)).map(|(_, id)| *id).collect();
    assert_eq!(twice, Vec::<&str>::new(), "these have several rows");
    let (found, expected) = (BTreeSet::from_iter(found), BTreeSet::from_iter(expected));
    assert_eq!(found, expected);
}

#[test]
fn each_row_says_how_it_is_done_here() {
    for cells in rows().filter(|cells| !is_defect(cells[0])) {
        assert_eq!(cells.len(), 4, "{cells:?}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{cells:?}");
    }
}

#[test]
fn each_defect_that_is_named_is_explained_once() {
    let explained: Vec<&str> = rows().map(|cells| cells[0]).filter(|id| is_defect(id)).collect();
    // A word is a maximal run of letters, digits and hyphens, so `MOD-01` names no defect.
    let words = PAGE.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let named = BTreeSet::from_iter(words.filter(|word| is_defect(word)));
    assert_eq!(explained, Vec::from_iter(named), "in the order of their ids");
}
