//! What a grant, a response type or a feature may bring besides: routes of its own, and what it says in the metadata.

pub(crate) mod metadata;
pub(crate) mod route;
