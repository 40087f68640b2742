//! Whom tokens have to be for.

use std::sync::Arc;

use crate::token::claims::TokenClaims;

/// Whose tokens are accepted.
#[derive(Debug, Clone)]
pub(super) enum Audience {
    /// Those that name none.
    Unnamed,
    /// Those that name this one.
    Named(Arc<str>),
    Any,
}

impl Audience {
    pub(super) fn accepts(&self, claims: &TokenClaims) -> bool {
        match self {
            Self::Unnamed => {
                let named = claims.audience().next().is_some();
                if named {
                    tracing::warn!("refused a token that names an audience, as this resource server has none");
                }
                !named
            }
            Self::Named(name) => claims.has_audience(name),
            Self::Any => true,
        }
    }
}
