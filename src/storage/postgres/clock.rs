//! The clock of the database, which all instances share, beside the times that they hand in. It says how long a retry window is open and
//! what a purge may take, so that an instance whose clock is wrong harms nobody else. It is asked within statements, in no round trip
//! of its own.

use crate::storage::{AHEAD, BEHIND, WAIT};

/// When the statement came to the database: what it waits for there does not count.
const DATABASE: &str = "pg_catalog.int8(pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.now())))";

/// The statement with its times filled in.
///
/// * `{shared:$1}`: the database's time, unless the one that was handed in as $1 has nothing to do with it, as in a test. For the
///   beginning of a retry window, and for erasing what nobody may retry with.
/// * `{of_retry:$1}`: the same, but a request that came a moment ago, and had to wait, counts from when it came.
/// * `{of_purge:$1}`: what has expired then has expired by the database's time, too.
pub(super) fn fill(template: &str) -> String {
    let database = DATABASE;
    let is_of_a_test = |now: &str| format!("({database} {{-}} {now}) {{>}} {BEHIND} OR ({now} {{-}} {database}) {{>}} {AHEAD}");
    let unless = |own: String, now: &str| format!("(SELECT CASE WHEN {own} THEN {now} ELSE {database} END)");
    let shared = |now: &str| unless(is_of_a_test(now), now);
    let of_retry = |now: &str| {
        let waited = format!("({now} {{<=}} {database} AND ({database} {{-}} {now}) {{<=}} {WAIT})");
        unless(format!("{waited} OR {}", is_of_a_test(now)), now)
    };
    let of_purge = |now: &str| unless(format!("{now} {{<=}} {database} OR {}", is_of_a_test(now)), now);
    let filled = each(template, "{shared:", shared);
    each(&each(&filled, "{of_retry:", of_retry), "{of_purge:", of_purge)
}

/// The template with something in place of each `{name:parameter}`.
fn each(template: &str, name: &str, with: impl Fn(&str) -> String) -> String {
    let mut pieces = template.split(name);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |filled, piece| match piece.split_once('}') {
        Some((parameter, rest)) => filled + &with(parameter) + rest,
        None => filled + piece,
    })
}
