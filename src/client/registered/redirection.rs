//! Where a client is sent back to.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::members::{Member, members};
use crate::client::ClientError;
use crate::client::redirect_uri::RedirectUri;

/// What kind of application a client is (OpenID Connect Registration section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ApplicationType {
    /// It runs on a web server. Its redirect URIs are compared byte by byte, those on loopback hosts too, and with the implicit
    /// grant they are `https` and not on a loopback host.
    Web,
    /// It is installed on a device. Beside private-use schemes and loopback hosts it may have `https` (RFC 8252 section 7.2).
    Native,
}

impl ApplicationType {
    /// The registered value.
    pub(in crate::client) const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }
}

impl Member for Option<ApplicationType> {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        match &*json {
            "web" => Ok(Some(ApplicationType::Web)),
            "native" => Ok(Some(ApplicationType::Native)),
            _ => Err(ClientError::ApplicationType),
        }
    }
}

members! {
    /// RFC 7591 section 2, and `application_type` of OpenID Connect Registration section 2.
    Redirection {
        redirect_uris: Vec<RedirectUri>,
        application_type: Option<ApplicationType>,
    }
}

impl Redirection {
    pub(super) fn check(&self, implicit: bool) -> Result<(), ClientError> {
        let web = self.application_type == Some(ApplicationType::Web);
        let on_the_web = |uri: &RedirectUri| uri.as_str().starts_with("https:") && !uri.is_on_loopback();
        if web && implicit && !self.redirect_uris.iter().all(on_the_web) {
            return Err(ClientError::WebRedirectUri);
        }
        Ok(())
    }

    /// The host of all redirect URIs, if they have one, and the same (OpenID Connect Core section 8.1). A loopback host is whoever's
    /// machine it is: clients of different people would be one sector.
    pub(in crate::client) fn sector(&self) -> Option<&str> {
        let mut hosts = self.redirect_uris.iter().map(|uri| uri.host().filter(|_| !uri.is_on_loopback()));
        let first = hosts.next()??;
        hosts.all(|host| host == Some(first)).then_some(first)
    }

    /// The redirect URI that a request may use: the one that `requested` matches; without a request the only one (RFC 6749 section
    /// 3.1.2.3).
    pub(in crate::client) fn target(&self, requested: Option<&str>) -> Option<Arc<str>> {
        // Any port of a loopback host is for native applications (RFC 8252 section 7.3).
        let exact = self.application_type == Some(ApplicationType::Web);
        let matches = |uri: &RedirectUri, requested: &str| match exact {
            true => uri.as_str() == requested,
            false => uri.matches(requested),
        };
        match (requested, self.redirect_uris.as_slice()) {
            (Some(requested), registered) => registered.iter().any(|uri| matches(uri, requested)).then(|| requested.into()),
            (None, [only]) => Some(only.as_str().into()),
            (None, _) => None,
        }
    }
}
