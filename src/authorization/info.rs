//! What validation has to know of the lists of a server.

use crate::values::pkce::PkceRequirement;

/// What is known of a response type at run time.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct ResponseTypeInfo {
    pub(crate) name: &'static str,
    pub(crate) code: bool,
    pub(crate) access_token: bool,
    pub(crate) id_token: bool,
}

/// What is known of the grants at run time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GrantFacts {
    pub(crate) pkce: PkceRequirement,
    /// Is the grant switched on that redeems codes?
    pub(crate) redeems_codes: bool,
    /// Is the grant switched on that permits access tokens and ID tokens from the authorization endpoint?
    pub(crate) permits_tokens: bool,
}

impl GrantFacts {
    /// A response type is there only while the grants that it needs are switched on.
    pub(crate) const fn serve(self, info: ResponseTypeInfo) -> bool {
        (!info.code || self.redeems_codes) && (!(info.access_token || info.id_token) || self.permits_tokens)
    }
}
