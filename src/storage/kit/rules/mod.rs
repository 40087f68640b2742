//! The rules, in a file for each thing that they are about. They say what is done; what must come of it the
//! [model](super::model) says.

pub(super) mod clients;
pub(super) mod codes;
pub(super) mod deferred;
pub(super) mod descendants;
pub(super) mod dropped;
pub(super) mod families;
pub(super) mod kept;
pub(super) mod keys;
pub(super) mod pending;
pub(super) mod purge;
pub(super) mod races;
pub(super) mod registrations;
pub(super) mod replays;
pub(super) mod sessions;
pub(super) mod signing_keys;
pub(super) mod time;
pub(super) mod tokens;
pub(super) mod walks;

use super::rule::{Kind, Rule, Scenario};
use super::step::{Capability, Operation, Step};
use super::world::{self, World};
