//! The `id_token` response type (OpenID Connect Core section 3.2). Needs `OpenId`, and the [`Implicit`](crate::Implicit) grant,
//! with which OpenID Connect Registration section 2 pairs it, and so the [`Rfc6749`](crate::Rfc6749) profile.

use crate::response_type::{Respond, ResponseType};
use crate::typelevel::{No, Yes};

/// `id_token`: returns an ID token and nothing else, with the claims that the scope stands for (OpenID Connect Core section 5.4).
#[derive(Debug, Clone, Copy, Default)]
pub struct IdToken;

crate::wire_name!(IdToken = "id_token");

#[diagnostic::do_not_recommend]
impl ResponseType for IdToken {
    type CarriesCode = No;
    type CarriesAccessToken = No;
    type CarriesIdToken = Yes;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync> Respond<S> for IdToken {}
