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
/// /// Of a server for your own applications only, which nobody has to be asked about: approves those, for whoever is signed in.
/// struct OwnApplications;
///
/// impl<Sv: Sync> Interaction<Sv> for OwnApplications {
///     async fn decide(&self, _: &Sv, http: &http::Request<Bytes>, request: AuthorizationRequest) -> Decision {
/// #       let signed_in = |_: &http::HeaderMap| Subject::new("alice").ok();
///         match signed_in(http.headers()) {
///             Some(subject) if is_ours(request.client().id().as_str()) => request.approve(Approval::by(subject)),
///             // Anybody can send a person here with a request: to be signed in is not to agree.
///             _ => request.deny(),
///         }
///     }
/// }
/// # fn is_ours(client_id: &str) -> bool { client_id == "mail" }
/// ```
///
/// Whether a person agrees is asked on a page: [`manual::login_and_consent`](crate::manual::login_and_consent) has one, and a recipe for an
/// application that has a `/login?next=` of its own. To show a page, suspend the request, put the handle into the page's form, and return the page: when the form is posted to a
/// route of the application, [`resume`](crate::AuthorizationEndpoint::resume) gives the request back, any number of times until it is
/// decided. Whoever decides the same twice, as by a double click, gets the same answer twice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide about the authorization requests of `{Sv}`",
    label = "expected a type of your own that implements `Interaction`; a closure is none",
    note = "the authorization server authenticates the resource owner and obtains their decision (RFC 6749 section 3.1): implement `Interaction<{Sv}>` for `{Self}`"
)]
pub trait Interaction<Sv>: Send + Sync + 'static {
    /// Looks at the HTTP request (whose cookies say who is signed in) and at the authorization request, and decides.
    // rustc shows the last line where somebody writes `dyn Interaction` or uses `async_trait`.
    #[rustfmt::skip]
    fn decide(&self, server: &Sv, http: &Request<Bytes>, request: AuthorizationRequest)
    -> impl Future<Output = Decision> + Send; // A plain `async fn` implements it. No `dyn`: name the type, or be generic over it.
}

impl<Sv: Sync, I: Interaction<Sv>> Interaction<Sv> for Arc<I> {
    fn decide(&self, server: &Sv, http: &Request<Bytes>, request: AuthorizationRequest) -> impl Future<Output = Decision> + Send {
        I::decide(self, server, http, request)
    }
}
