//! The cells of a list, and what all features say whatever the storage.

use std::future::Future;

use super::{Cons, Nil};
use crate::authentication::Accepts;
use crate::client::{Client, ClientAuthenticationMethod, ClientRejection};
use crate::core::Manners;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, Here};
use crate::fetcher::Fetcher;
use crate::http::endpoints::{Endpoints, is_at};
use crate::http::parameters::Parameters;
use crate::typelevel::Flag;
use crate::typelevel::choice::{Choice, Open};
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;
use crate::values::issuer::Issuer;

/// What all features say, whatever the storage.
#[doc(hidden)]
pub trait Cells: Accepts + Sized {
    type AnyFormat: Choice;
    type AnyKeys: Choice;
    /// With what the keys sign that one of them brings.
    const SIGNING_ALGORITHMS: &'static [&'static str];
    fn any_format(&self) -> &Self::AnyFormat;
    fn any_keys(&self) -> &Self::AnyKeys;
    /// Narrowed to what the profile of the server permits.
    #[must_use]
    fn under(self, manners: Manners) -> Self;
    /// Does one of them bring the response mode?
    fn brings_response_mode(&self, mode: &str) -> bool;
    /// Does one of them open requests that clients sign?
    fn opens_signed_requests(&self) -> bool;
    /// Is the one with this name switched on?
    fn is_on(&self, name: &str) -> bool;
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata);
    /// The origin at which clients with certificates find the endpoints, if elsewhere.
    fn alias_origin(&self) -> Option<&str>;
    /// Why they cannot serve the client.
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>);
    /// The same where it is for others to say, such as in a document that the client names.
    fn examine(
        &self,
        client: &Client,
        fetcher: Option<&Fetcher>,
        now: Timestamp,
    ) -> impl Future<Output = Option<ClientRejection>> + Send;
    /// Is a client that was loaded none for this server?
    fn disown_under(&self, client: &Client, algorithms: &[&'static str]) -> bool;
    /// The paths that they answer at, below the issuer's.
    fn paths(&self, endpoints: &Endpoints) -> Vec<String>;
    /// Does one of them answer at the path of a request?
    fn answers_at(&self, endpoints: &Endpoints, issuer: &Issuer, requested: &str) -> bool;
    /// # Errors
    ///
    /// `invalid_request` if a parameter of a token request occurs more often than it may.
    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), OAuthError>;
    /// Is there a copy of the metadata at this path?
    fn describes_at(&self, issuer: &Issuer, requested: &str) -> bool;
    /// The paths of such copies, below the issuer's.
    fn metadata_paths(&self) -> Vec<&'static str>;
}

impl Cells for Nil {
    type AnyFormat = Open;
    type AnyKeys = Open;
    const SIGNING_ALGORITHMS: &'static [&'static str] = &[];
    fn any_format(&self) -> &Open {
        &Open
    }
    fn any_keys(&self) -> &Open {
        &Open
    }
    fn under(self, _: Manners) -> Self {
        self
    }
    fn brings_response_mode(&self, _: &str) -> bool {
        false
    }
    fn opens_signed_requests(&self) -> bool {
        false
    }
    fn is_on(&self, _: &str) -> bool {
        false
    }
    fn describe(&self, _: &MetadataContext<'_>, _: &mut Metadata) {}
    fn alias_origin(&self) -> Option<&str> {
        None
    }
    fn check_client(&self, _: &Client, _: Here<'_>, _: &mut Vec<ClientRejection>) {}
    async fn examine(&self, _: &Client, _: Option<&Fetcher>, _: Timestamp) -> Option<ClientRejection> {
        None
    }
    fn disown_under(&self, _: &Client, _: &[&'static str]) -> bool {
        false
    }
    fn paths(&self, _: &Endpoints) -> Vec<String> {
        Vec::new()
    }
    fn answers_at(&self, _: &Endpoints, _: &Issuer, _: &str) -> bool {
        false
    }
    fn reject_repeats(&self, _: &Parameters<'_>) -> Result<(), OAuthError> {
        Ok(())
    }
    fn describes_at(&self, _: &Issuer, _: &str) -> bool {
        false
    }
    fn metadata_paths(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

impl<A: Feature, B: Cells> Cells for Cons<A, B> {
    type AnyFormat = <A::Format as Choice>::Or<B::AnyFormat>;
    type AnyKeys = <A::Keys as Choice>::Or<B::AnyKeys>;
    // Those of the same feature whose keys are chosen.
    const SIGNING_ALGORITHMS: &'static [&'static str] =
        if <A::Keys as Choice>::Made::VALUE { A::SIGNING_ALGORITHMS } else { B::SIGNING_ALGORITHMS };
    fn any_format(&self) -> &Self::AnyFormat {
        self.0.format().or(self.1.any_format())
    }
    fn any_keys(&self) -> &Self::AnyKeys {
        self.0.keys().or(self.1.any_keys())
    }
    fn under(mut self, manners: Manners) -> Self {
        self.0.keep_to(manners);
        Self(self.0, self.1.under(manners))
    }
    fn opens_signed_requests(&self) -> bool {
        A::OPENS_SIGNED_REQUESTS || self.1.opens_signed_requests()
    }
    fn brings_response_mode(&self, mode: &str) -> bool {
        A::RESPONSE_MODES.iter().any(|own| own.name == mode) || self.1.brings_response_mode(mode)
    }
    fn is_on(&self, name: &str) -> bool {
        (A::NAME == name && self.0.is_active()) || self.1.is_on(name)
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        if !metadata.response_modes_supported.is_empty() {
            metadata.response_modes_supported.extend(A::RESPONSE_MODES.iter().map(|mode| mode.name));
        }
        self.0.describe(cx, metadata);
        self.1.describe(cx, metadata);
    }
    fn alias_origin(&self) -> Option<&str> {
        self.0.alias_origin().or(self.1.alias_origin())
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        self.0.check_client(client, here, reasons);
        self.1.check_client(client, here, reasons);
    }
    async fn examine(&self, client: &Client, fetcher: Option<&Fetcher>, now: Timestamp) -> Option<ClientRejection> {
        match self.0.examine(client, fetcher, now).await {
            None => self.1.examine(client, fetcher, now).await,
            refused => refused,
        }
    }
    fn disown_under(&self, client: &Client, algorithms: &[&'static str]) -> bool {
        self.0.disowns(client, algorithms) || self.1.disown_under(client, algorithms)
    }
    fn paths(&self, endpoints: &Endpoints) -> Vec<String> {
        let mut paths = self.1.paths(endpoints);
        paths.extend(self.0.path(endpoints).map(str::to_owned));
        paths
    }
    fn answers_at(&self, endpoints: &Endpoints, issuer: &Issuer, requested: &str) -> bool {
        self.0.path(endpoints).is_some_and(|path| is_at(issuer, path, requested))
            || self.1.answers_at(endpoints, issuer, requested)
    }
    fn reject_repeats(&self, parameters: &Parameters<'_>) -> Result<(), OAuthError> {
        if self.0.is_active() {
            parameters.reject_repeats(&[A::TOKEN_PARAMETERS])?;
        }
        self.1.reject_repeats(parameters)
    }
    fn describes_at(&self, issuer: &Issuer, requested: &str) -> bool {
        A::METADATA_PATH.is_some_and(|path| is_at(issuer, path, requested)) || self.1.describes_at(issuer, requested)
    }
    fn metadata_paths(&self) -> Vec<&'static str> {
        let mut paths = self.1.metadata_paths();
        paths.extend(A::METADATA_PATH);
        paths
    }
}

impl Accepts for Nil {
    fn accepts(&self, _: ClientAuthenticationMethod) -> bool {
        false
    }
    fn binds_to_keys(&self) -> bool {
        false
    }
    fn binds_to_certificates(&self) -> bool {
        false
    }
    fn algorithms(&self, _: &mut Vec<&'static str>) {}
    fn disown(&self, _: &Client) -> bool {
        false
    }
}

impl<A: Feature, B: Cells> Accepts for Cons<A, B> {
    fn accepts(&self, method: ClientAuthenticationMethod) -> bool {
        A::AUTHENTICATION_METHODS.contains(&method) || self.1.accepts(method)
    }
    fn binds_to_keys(&self) -> bool {
        A::BINDS_TO_KEYS || self.1.binds_to_keys()
    }
    fn binds_to_certificates(&self) -> bool {
        A::BINDS_TO_CERTIFICATES || self.1.binds_to_certificates()
    }
    fn algorithms(&self, into: &mut Vec<&'static str>) {
        into.extend(self.0.authentication_algorithms());
        self.1.algorithms(into);
    }
    fn disown(&self, client: &Client) -> bool {
        self.disown_under(client, Self::SIGNING_ALGORITHMS)
    }
}
