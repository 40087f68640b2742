//! Features: what a server has beside grants and response types. Each is a type with hooks, which are called in fixed phases
//! whatever the order of the chain: resolve the client, authenticate it, unpack the request, check it (an authorization request),
//! bind (a token request), format, respond, and at introspection admit and encode; beside them a route, parameters, and what it
//! says in the metadata. All have empty defaults. Sealed, so that the hooks can grow.

mod list;
mod still_authorized;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
pub use list::{Cells, FeatureList, FeaturesOn, HooksOn};
pub use still_authorized::{AuthorizationPolicy, Ongoing, Standing, StillAuthorized};

use crate::authentication::Claimed;
use crate::authorization::{Asked, Unpacked};
use crate::call::Call;
use crate::claims::TokenClaims;
use crate::client::{Client, ClientAuthenticationMethod};
use crate::core::Core;
use crate::endpoints::Endpoints;
use crate::error::{StoreError, TokenError};
use crate::http_response;
use crate::issue::{Binding, IssueContext, Keyring, Withheld};
use crate::metadata::{Metadata, MetadataContext};
use crate::parameters::Parameter;
use crate::route::RouteView;
use crate::storage::FoundToken;
use crate::typelevel::choice::Choice;
use crate::typelevel::{Flag, WireName};

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// A feature of an authorization server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a feature",
    label = "expected a feature, such as `Introspection::new()` or `Revocation::new()`"
)]
pub trait Feature: sealed::Sealed + WireName + Send + Sync + 'static {
    #[doc(hidden)]
    type Present: Flag;
    /// The token format that it chooses, if it does.
    #[doc(hidden)]
    type Format: Choice;
    /// The keys that it brings, if it does.
    #[doc(hidden)]
    type Keys: Choice;
    /// The parameters that it reads from a token request. One that may not repeat is `invalid_request` if it does.
    #[doc(hidden)]
    const TOKEN_PARAMETERS: &'static [Parameter] = &[];
    /// The client authentication methods that it brings. One that is not among the built-in ones and those of the server's features
    /// is not advertised, and clients that registered it are not served.
    #[doc(hidden)]
    const AUTHENTICATION_METHODS: &'static [ClientAuthenticationMethod] = &[];
    /// The parameters that it reads from an authorization request.
    #[doc(hidden)]
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = &[];
    #[doc(hidden)]
    fn format(&self) -> &Self::Format;
    #[doc(hidden)]
    fn keys(&self) -> &Self::Keys;
    /// Where it answers, below the issuer's path, if it has a route.
    #[doc(hidden)]
    fn path<'a>(&self, _: &'a Endpoints) -> Option<&'a str> {
        None
    }
    #[doc(hidden)]
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
}

/// A feature that runs on the storage `S`.
pub trait FeatureOn<S>: Feature {
    /// A client that the storage does not have.
    #[doc(hidden)]
    fn resolve(&self, _: &Core<S>, _: &str) -> impl Future<Output = Result<Option<Arc<Client>>, TokenError>> + Send {
        async { Ok(None) }
    }

    /// Whom the request says it comes from, if it carries credentials of this feature's method.
    ///
    /// # Errors
    ///
    /// If there are some, and they cannot be read.
    #[doc(hidden)]
    fn recognise<'c>(&self, _: &Call<'c>) -> Result<Option<Claimed<'c>>, TokenError> {
        Ok(None)
    }

    /// Do these credentials prove that it is this client? It registered the method that was claimed.
    #[doc(hidden)]
    fn prove(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> impl Future<Output = Result<bool, TokenError>> + Send {
        async { Ok(false) }
    }

    /// The authorization request for which this one stands, such as one that was pushed, or one that is signed.
    #[doc(hidden)]
    fn unpack(&self, _: &Core<S>, _: &Call<'_>, _: &Client) -> impl Future<Output = Result<Option<Unpacked>, TokenError>> + Send {
        async { Ok(None) }
    }

    /// Looks at an authorization request that is valid otherwise. An error goes to the client.
    #[doc(hidden)]
    fn check(&self, _: &Core<S>, _: &Call<'_>, _: &Client, _: &mut Asked) -> impl Future<Output = Result<(), TokenError>> + Send {
        async { Ok(()) }
    }

    /// Looks at a token request, once a grant has decided, and binds what is granted to it. Nothing has been made yet.
    #[doc(hidden)]
    fn bind(&self, _: &IssueContext<'_, S>, _: &mut Binding) -> impl Future<Output = Result<(), TokenError>> + Send {
        async { Ok(()) }
    }

    /// Adds to what goes out with codes and tokens. Nothing has been stored yet.
    #[doc(hidden)]
    fn respond<K: Keyring>(
        &self,
        _: &IssueContext<'_, S>,
        _: &K,
        _: &mut Withheld,
    ) -> impl Future<Output = Result<(), TokenError>> + Send {
        async { Ok(()) }
    }

    /// May an active token still be spoken of as active? What is said of it may be less than it was.
    #[doc(hidden)]
    fn admit(&self, _: &Core<S>, _: &mut FoundToken) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async { Ok(true) }
    }

    /// Writes an introspection response in a form of its own, if the request asks for that.
    #[doc(hidden)]
    fn encode<K: Keyring>(
        &self,
        _: &Core<S>,
        _: &K,
        _: &Call<'_>,
        _: &Client,
        _: Option<&TokenClaims>,
    ) -> impl Future<Output = Result<Option<Response<Bytes>>, TokenError>> + Send {
        async { Ok(None) }
    }

    /// Answers a request at its path.
    #[doc(hidden)]
    fn serve<V: RouteView<S>>(&self, _: &V, _: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send {
        async { http_response::not_found() }
    }
}

/// The rest of a `Feature` that chooses neither format nor keys.
macro_rules! chooses_nothing {
    () => {
        type Present = $crate::typelevel::Yes;
        type Format = $crate::typelevel::choice::Open;
        type Keys = $crate::typelevel::choice::Open;
        fn format(&self) -> &Self::Format {
            &$crate::typelevel::choice::Open
        }
        fn keys(&self) -> &Self::Keys {
            &$crate::typelevel::choice::Open
        }
    };
}
pub(crate) use chooses_nothing;

/// Token introspection (RFC 7662): a protected resource asks what a token is worth.
#[derive(Debug, Clone, Copy, Default)]
pub struct Introspection(());

impl Introspection {
    /// The feature. Who may see which token is in the client's record: its own, those meant for it, or all.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

/// Token revocation (RFC 7009): a client says that it no longer needs a token.
#[derive(Debug, Clone, Copy, Default)]
pub struct Revocation(());

impl Revocation {
    /// The feature. It has nothing to set.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

crate::wire_name!(Introspection = "introspection_endpoint");
crate::wire_name!(Revocation = "revocation_endpoint");
impl sealed::Sealed for Introspection {}
impl sealed::Sealed for Revocation {}
