//! Where people go after signing out, and where a client is told that somebody has (OpenID Connect RP-Initiated Logout section 3.1,
//! Back-Channel Logout section 2.2).

use std::sync::Arc;

use serde::Serialize;

use super::members::{Member, Omitted, members};
use crate::client::ClientError;
use crate::client::redirect_uri::RedirectUri;
use crate::values::uri::is_web_url;

/// What a person may be sent to after signing out: as redirect URIs are, and compared byte by byte.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub(in crate::client) struct PostLogoutRedirectUris(Vec<RedirectUri>);

impl PostLogoutRedirectUris {
    pub(in crate::client) fn add(&mut self, uri: &str) -> Result<(), ClientError> {
        let checked = RedirectUri::checked(uri).map_err(|error| match error {
            ClientError::RedirectUri { uri, error } => ClientError::PostLogoutRedirectUri { uri, error },
            other => other,
        });
        self.0.push(checked?);
        Ok(())
    }

    pub(in crate::client) fn iter(&self) -> impl Iterator<Item = &RedirectUri> {
        self.0.iter()
    }
}

impl Member for PostLogoutRedirectUris {
    type Json = Vec<String>;
    fn checked(json: Vec<String>) -> Result<Self, ClientError> {
        let mut uris = Self::default();
        json.iter().try_for_each(|uri| uris.add(uri))?;
        Ok(uris)
    }
}

impl Omitted for PostLogoutRedirectUris {
    fn is_omitted(&self) -> bool {
        self.0.is_empty()
    }
}

/// Where logout tokens are posted to.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(in crate::client) struct BackChannelLogoutUri(Arc<str>);

impl BackChannelLogoutUri {
    pub(in crate::client) fn checked(uri: &str) -> Result<Self, ClientError> {
        let permitted = is_web_url(uri, |_| false) && !uri.contains('#');
        if permitted { Ok(Self(uri.into())) } else { Err(ClientError::BackChannelLogoutUri) }
    }

    pub(in crate::client) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Member for Option<BackChannelLogoutUri> {
    type Json = String;
    fn checked(json: String) -> Result<Self, ClientError> {
        BackChannelLogoutUri::checked(&json).map(Some)
    }
}

members! {
    /// OpenID Connect RP-Initiated Logout section 3.1, Back-Channel Logout section 2.2.
    Logout {
        post_logout_redirect_uris: PostLogoutRedirectUris,
        backchannel_logout_uri: Option<BackChannelLogoutUri>,
        backchannel_logout_session_required: Option<bool>,
    }
}
