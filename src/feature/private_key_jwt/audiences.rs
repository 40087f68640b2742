//! For whom an assertion has to be, as a type: what a profile insists on.

use crate::feature::{KeyedClients, SharedAssertions};
use crate::typelevel::List;

mod sealed {
    pub trait Sealed {}
}

/// Which `aud` a client assertion may have.
pub trait AssertionAudiences: sealed::Sealed + Send + Sync + 'static {
    /// Those too that clients sent before draft-ietf-oauth-rfc7523bis?
    #[doc(hidden)]
    const OLDER: bool;
    #[doc(hidden)]
    type Assures: List;
}

/// The issuer of the server, as the only value and as a string.
#[derive(Debug, Clone, Copy)]
pub struct IssuerAlone;

/// The URL of the token endpoint and arrays, too.
#[derive(Debug, Clone, Copy)]
pub struct OlderAudiences;

impl sealed::Sealed for IssuerAlone {}
impl AssertionAudiences for IssuerAlone {
    const OLDER: bool = false;
    type Assures = (KeyedClients,);
}

impl sealed::Sealed for OlderAudiences {}
impl AssertionAudiences for OlderAudiences {
    const OLDER: bool = true;
    type Assures = (SharedAssertions,);
}
