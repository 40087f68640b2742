//! The machinery under the rules: booleans, names, lists and choices as types. It knows nothing of grants or features: what is
//! folded over a list of them stands beside their traits. No reader needs to start here.

pub mod choice;
pub mod flag;
#[cfg(test)]
pub(crate) mod holds;
pub mod list;
pub mod name;
pub mod taken;
pub(crate) mod tuples;

pub use flag::{Flag, No, Yes};
pub use list::List;
pub use name::WireName;
