//! The chain: one method per decision.

mod builder;

pub use builder::Builder;
