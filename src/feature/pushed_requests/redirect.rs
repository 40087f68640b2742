//! Redirect URIs that clients name without having registered them (RFC 9126 section 2.4).

use std::sync::Arc;

use crate::client::{Client, RedirectUri};
use crate::typelevel::taken::taken;

/// Decides to which redirect URIs a client may have people sent that it has not registered. It is asked of requests that were pushed, and
/// of clients that have authenticated; again when a browser comes, and when its person comes back from signing in.
///
/// A URI has the form that registered ones have: `https`, `http` on a loopback host, or a private-use scheme.
///
/// ```
/// use grantor::{Client, RedirectUri, RedirectUriPolicy};
///
/// /// Each of our own applications has a page for each customer.
/// struct OnePerCustomer;
///
/// impl RedirectUriPolicy for OnePerCustomer {
///     fn permits(&self, client: &Client, uri: &RedirectUri) -> bool {
///         client.id().as_str() == "shop" && uri.as_str().starts_with("https://shop.example.com/customers/")
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide about redirect URIs",
    label = "`.redirect_uris(..)` needs a `RedirectUriPolicy`",
    note = "implement `RedirectUriPolicy` for `{Self}`; it has one method, `permits`"
)]
pub trait RedirectUriPolicy: Send + Sync + 'static {
    /// May people be sent there?
    fn permits(&self, client: &Client, uri: &RedirectUri) -> bool;
}

impl<P: RedirectUriPolicy> RedirectUriPolicy for Arc<P> {
    fn permits(&self, client: &Client, uri: &RedirectUri) -> bool {
        P::permits(self, client, uri)
    }
}

/// It decides about redirect URIs. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide about redirect URIs",
    label = "`.redirect_uris(..)` needs a `RedirectUriPolicy`",
    note = "implement `RedirectUriPolicy` for `{Self}`; it has one method, `permits`"
)]
pub trait JudgesRedirectUris<Is>: Sized {
    type Taken: RedirectUriPolicy;
    fn taken(self) -> Self::Taken;
}
taken!(JudgesRedirectUris: RedirectUriPolicy);

/// Those that the client registered, and no others.
#[derive(Debug, Clone, Copy, Default)]
pub struct RegisteredRedirectUris;

impl RedirectUriPolicy for RegisteredRedirectUris {
    fn permits(&self, _: &Client, _: &RedirectUri) -> bool {
        false
    }
}
