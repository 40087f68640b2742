//! What breaks, and what is left of it: nothing that was acknowledged is lost, and nothing that was acknowledged as ended is valid.
//! Each scenario prints a row of the manual's table; `--nocapture` shows it. Sizes are for CI; `GRANTOR_FULL=1` makes them full.

#[path = "../common/mod.rs"]
mod common;
mod control;
mod database_down;
mod disk_full;
mod migrations;
mod server_killed;
mod small_disk;
mod versions;

#[test]
fn the_child() {
    common::instance::serve_if_told();
}
