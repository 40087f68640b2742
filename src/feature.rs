//! Features: what a server has beside grants and response types. Each is a type that says what it demands of the storage, what
//! it adds to the metadata, and which route it answers. Sealed, so that the hooks can grow.

use std::future::Future;
use std::marker::PhantomData;

use bytes::Bytes;
use http::{Request, Response};

use crate::core::Core;
use crate::endpoints::{self, Endpoints};
use crate::metadata::{Metadata, MetadataContext};
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
    #[doc(hidden)]
    fn path(endpoints: &Endpoints) -> &str;
    #[doc(hidden)]
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
}

/// A feature that runs on the storage `S`.
pub trait FeatureFor<S>: Feature {}

/// How a feature answers at its path.
#[doc(hidden)]
pub trait ServesRoute<S, G>: Feature {
    fn serve(&self, parts: &RouteParts<'_, S, G>, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;
}

/// The parts of a server that a feature's route may use.
#[doc(hidden)]
#[derive(Debug)]
pub struct RouteParts<'a, S, G> {
    pub(crate) core: &'a Core<S>,
    pub(crate) grants: PhantomData<fn() -> G>,
}

impl<S, G> RouteParts<'_, S, G> {
    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.core.endpoints
    }

    pub(crate) fn is_at(&self, path: &str, requested: &str) -> bool {
        endpoints::is_at(&self.core.issuer, path, requested)
    }
}

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
