//! What a client wants to know of people, and how it is told (OpenID Connect Registration section 2).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::{Member, members};
use crate::client::ClientError;
use crate::values::uri::{Parts, is_web_url};

/// Which subject identifier a client gets to see of a person (OpenID Connect Core section 8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SubjectType {
    /// `public`: the one that every such client sees.
    #[default]
    Public,
    /// `pairwise`: one that only the clients at the same host see, so that others cannot tell together that it is the same person.
    Pairwise,
}

impl Member for Option<SubjectType> {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        match &*json {
            "public" => Ok(Some(SubjectType::Public)),
            "pairwise" => Ok(Some(SubjectType::Pairwise)),
            _ => Err(ClientError::SubjectType),
        }
    }
}

/// Where a login at the client can be begun from elsewhere (OpenID Connect Core section 4).
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(in crate::client) struct InitiateLoginUri(Arc<str>);

impl InitiateLoginUri {
    pub(in crate::client) fn checked(uri: &str) -> Result<Self, ClientError> {
        let permitted = is_web_url(uri, |_| false) && !uri.contains('#');
        if permitted { Ok(Self(uri.into())) } else { Err(ClientError::InitiateLoginUri) }
    }

    pub(in crate::client) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Member for Option<InitiateLoginUri> {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        InitiateLoginUri::checked(&json).map(Some)
    }
}

/// Where the redirect URIs of a sector are listed (OpenID Connect Registration section 5).
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(in crate::client) struct SectorIdentifierUri {
    uri: Arc<str>,
    /// In lower case.
    #[serde(skip)]
    #[cfg_attr(not(feature = "jose"), allow(dead_code, reason = "pairwise subjects read it"))]
    host: Box<str>,
}

impl SectorIdentifierUri {
    pub(in crate::client) fn checked(uri: &str) -> Result<Self, ClientError> {
        let permitted = is_web_url(uri, |_| false) && !uri.contains('#');
        let parts = Parts::of(uri).filter(|_| permitted).ok_or(ClientError::SectorIdentifierUri)?;
        Ok(Self { uri: uri.into(), host: parts.host_and_port().0.to_ascii_lowercase().into() })
    }

    pub(in crate::client) fn as_str(&self) -> &str {
        &self.uri
    }

    #[cfg(feature = "jose")]
    pub(in crate::client) fn host(&self) -> &str {
        &self.host
    }
}

impl Member for Option<SectorIdentifierUri> {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        SectorIdentifierUri::checked(&json).map(Some)
    }
}

members! {
    /// OpenID Connect Registration section 2, and a member of this library.
    Identity {
        /// Algorithms by their names: which of them a server has keys for, only the server knows.
        id_token_signed_response_alg: Option<Arc<str>>,
        userinfo_signed_response_alg: Option<Arc<str>>,
        subject_type: Option<SubjectType>,
        /// Seconds.
        default_max_age: Option<u64>,
        require_auth_time: Option<bool>,
        default_acr_values: Vec<Arc<str>>,
        initiate_login_uri: Option<InitiateLoginUri>,
        /// Are the claims that the scope stands for in the ID token too? Of this library.
        scope_claims_in_id_token: Option<bool>,
        sector_identifier_uri: Option<SectorIdentifierUri>,
        id_token_encrypted_response_alg: Option<Value>,
        userinfo_encrypted_response_alg: Option<Value>,
    }
}

impl Identity {
    /// What is not served is not ignored: the client would get something else than it counts on.
    ///
    /// `sector` is the host of the client's redirect URIs, if it is one.
    pub(super) fn complete(&mut self, sector: Option<&str>) -> Result<(), ClientError> {
        if self.id_token_encrypted_response_alg.is_some() || self.userinfo_encrypted_response_alg.is_some() {
            return Err(ClientError::Encryption);
        }
        match self.subject_type {
            Some(SubjectType::Pairwise) if self.sector_identifier_uri.is_none() && sector.is_none() => Err(ClientError::Sector),
            _ => Ok(()),
        }
    }
}
