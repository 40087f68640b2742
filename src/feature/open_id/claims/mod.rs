//! Claims about a person, as types.

mod standard;
mod text;

pub(super) use standard::Said;
pub use standard::{Address, StandardClaims};
pub use text::LocalizedText;

/// What is known of a person: the standard claims, and claims of the application's own.
#[derive(Debug, Clone, Default)]
pub struct Claims<O = ()> {
    /// Those of OpenID Connect Core section 5.1.
    pub standard: StandardClaims,
    /// Those of the application.
    pub own: O,
}

impl<O> Claims<O> {
    /// These standard claims, and these of the application's own.
    pub const fn new(standard: StandardClaims, own: O) -> Self {
        Self { standard, own }
    }
}

impl From<StandardClaims> for Claims {
    fn from(standard: StandardClaims) -> Self {
        Self { standard, own: () }
    }
}
