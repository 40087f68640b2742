//! `none`: a public client only says who it is (RFC 6749 section 3.2.1).

use super::Presented;
use crate::client::ClientAuthenticationMethod;

pub(super) const METHOD: ClientAuthenticationMethod = ClientAuthenticationMethod::None;

pub(super) fn presented(id: &str) -> Presented<'_> {
    Presented { id: id.into(), secret: "".into(), method: METHOD }
}
