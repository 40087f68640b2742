//! The machinery under the rules: booleans, names and lists as types. No reader needs to start here.

pub mod flag;
pub mod list;
pub mod name;

pub use flag::{Flag, No, Yes};
pub use list::{FeatureList, GrantList, List, RespondedBy, ResponseTypeList, ServedBy};
pub use name::WireName;
