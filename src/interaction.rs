//! Where the library meets the application: somebody has to sign people in and ask for their consent.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;

use crate::authorization::{AuthorizationRequest, Decision};

/// Decides about authorization requests: approve, deny, or show a page first. Implemented by the application; `Sv` is the type
/// of its server, or a parameter for an implementation that serves any.
///
/// ```
/// use bytes::Bytes;
/// use grantor::{Approval, AuthorizationRequest, Decision, Interaction, Subject};
///
/// /// Approves for whoever the session cookie says is signed in.
/// struct Sessions;
///
/// impl<Sv: Sync> Interaction<Sv> for Sessions {
///     async fn decide(&self, _: &Sv, http: &http::Request<Bytes>, request: AuthorizationRequest) -> Decision {
/// #       let signed_in = |_: &http::HeaderMap| Subject::new("alice").ok();
///         match signed_in(http.headers()) {
///             Some(subject) => request.approve(Approval::by(subject)),
///             None => request.deny(),
///         }
///     }
/// }
/// ```
///
/// To show a page, suspend the request, put the handle into the page's form, and return the page: when the form is posted to a
/// route of the application, [`resume`](crate::AuthorizationEndpoint::resume) gives the request back, any number of times until it is
/// decided. Whoever decides the same twice, as by a double click, gets the same answer twice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide about the authorization requests of `{Sv}`",
    label = "expected an implementation of `Interaction`",
    note = "the authorization server authenticates the resource owner and obtains their decision (RFC 6749 section 3.1): implement `Interaction<{Sv}>` for `{Self}`"
)]
pub trait Interaction<Sv>: Send + Sync + 'static {
    /// Looks at the HTTP request (whose cookies say who is signed in) and at the authorization request, and decides.
    fn decide(&self, server: &Sv, http: &Request<Bytes>, request: AuthorizationRequest) -> impl Future<Output = Decision> + Send;
}

impl<Sv: Sync, I: Interaction<Sv>> Interaction<Sv> for Arc<I> {
    fn decide(&self, server: &Sv, http: &Request<Bytes>, request: AuthorizationRequest) -> impl Future<Output = Decision> + Send {
        I::decide(self, server, http, request)
    }
}
