//! A registration request, as the policy sees it.

use std::fmt;

use serde_json::{Map, Value};

use super::access::InitialAccess;
#[cfg(feature = "jose")]
use super::statement::SoftwareStatement;
use crate::client::Client;
use crate::http::call::Call;
use crate::http::source::RequestSource;

/// A client that wants to register itself, or to change what it registered: all that is known of the request.
pub struct RegistrationRequest<'a> {
    pub(super) call: Call<'a>,
    pub(super) client: &'a Client,
    pub(super) metadata: &'a Map<String, Value>,
    pub(super) initial_access: Option<&'a InitialAccess>,
    #[cfg(feature = "jose")]
    pub(super) statement: Option<&'a SoftwareStatement>,
    pub(super) was: Option<&'a Client>,
}

impl<'a> RegistrationRequest<'a> {
    /// The client as it will be registered: what it asks for, narrowed to what the server has.
    #[must_use]
    pub const fn client(&self) -> &'a Client {
        self.client
    }

    /// What it sent, with what its software statement says in place of what it says itself; also what nobody understands.
    #[must_use]
    pub const fn metadata(&self) -> &'a Map<String, Value> {
        self.metadata
    }

    /// The initial access token, if it has one: it is good, or the policy would not be asked.
    #[must_use]
    pub const fn initial_access(&self) -> Option<&'a InitialAccess> {
        self.initial_access
    }

    /// The software statement, if it has one: of an issuer that is trusted.
    #[cfg(feature = "jose")]
    #[must_use]
    pub const fn software_statement(&self) -> Option<&'a SoftwareStatement> {
        self.statement
    }

    /// What the client is, if it changes its registration (RFC 7592 section 2.2).
    #[must_use]
    pub const fn registered_before(&self) -> Option<&'a Client> {
        self.was
    }

    /// From where the request comes, if the application says so.
    #[must_use]
    pub fn source(&self) -> Option<RequestSource> {
        self.call.extension().copied()
    }

    /// The request: method, headers, extensions.
    #[must_use]
    pub const fn call(&self) -> &Call<'a> {
        &self.call
    }
}

impl fmt::Debug for RegistrationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RegistrationRequest");
        text.field("client_id", self.client.id()).field("is_update", &self.was.is_some()).finish_non_exhaustive()
    }
}
