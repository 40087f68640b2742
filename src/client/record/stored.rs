//! A client as text, for stores that keep it. Reading goes through the same checks as registration, so that a row that
//! somebody edited by hand cannot become a client that contradicts the RFCs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Client, ClientBuilder, ClientId};
use crate::client::authentication::ClientAuthenticationMethod;
use crate::client::secret::SecretHash;
use crate::error::StoreError;
use crate::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};
use crate::scope::Scope;
use crate::storage::version;

/// The version written, and the latest that is read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "v")]
    version: u32,
    client_id: ClientId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_hash: Option<SecretHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication_method: Option<ClientAuthenticationMethod>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    redirect_uris: Vec<String>,
    grant_types: Vec<Arc<str>>,
    response_types: Vec<Arc<str>>,
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_scope: Option<Scope>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    introspects_any: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    audience: Vec<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_lifetime: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_lifetime: Option<u64>,
}

impl Client {
    /// The text that a store keeps. It holds the hash of the secret, never the secret.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the record cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, StoreError> {
        let stored = Stored {
            version: VERSION,
            client_id: self.id.clone(),
            name: self.name.clone(),
            secret_hash: self.secret.clone(),
            authentication_method: self.method,
            redirect_uris: self.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
            grant_types: self.grant_types.clone(),
            response_types: self.response_types.clone(),
            scope: self.scope.clone(),
            default_scope: self.default_scope.clone(),
            introspects_any: self.introspects_any,
            audience: self.audience.clone(),
            access_token_lifetime: self.access_token_lifetime.map(AccessTokenLifetime::as_secs),
            refresh_token_lifetime: self.refresh_token_lifetime.map(RefreshTokenLifetime::as_secs),
        };
        serde_json::to_string(&stored).map_err(StoreError::failed)
    }

    /// A client from the text that a store kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the text is not what [`to_json`](Self::to_json) wrote, or a later release wrote it in a form
    /// that this one does not know.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let stored: Stored = version::read("client records", VERSION, text, |stored: &Stored| stored.version)?;
        let lifetimes = (
            stored.access_token_lifetime.map(AccessTokenLifetime::from_secs).transpose().map_err(StoreError::failed)?,
            stored.refresh_token_lifetime.map(RefreshTokenLifetime::from_secs).transpose().map_err(StoreError::failed)?,
        );
        let names = |names: Vec<Arc<str>>| Some(names.iter().map(|name| (**name).to_owned()).collect());
        let builder = ClientBuilder {
            id: stored.client_id.into(),
            name: stored.name.map(|name| (*name).to_owned()),
            secret: stored.secret_hash,
            method: stored.authentication_method,
            redirect_uris: stored.redirect_uris,
            grant_types: names(stored.grant_types),
            response_types: names(stored.response_types),
            scope: stored.scope.as_str().to_owned(),
            default_scope: stored.default_scope.map(|scope| scope.as_str().to_owned()),
            introspects_any: stored.introspects_any,
            audience: stored.audience,
            access_token_lifetime: lifetimes.0,
            refresh_token_lifetime: lifetimes.1,
        };
        builder.build().map_err(StoreError::failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Client {
        Client::confidential("an id with ~ and \"", &"a secret with more than 32 characters in it".parse().unwrap())
            .name("Náme \u{1f511}")
            .authentication_method(ClientAuthenticationMethod::ClientSecretPost)
            .redirect_uri("https://app.example.com/callback?x=%20")
            .redirect_uri("http://127.0.0.1/cb")
            .grant_types(["authorization_code", "implicit", "refresh_token", "urn:example:grant"])
            .response_types(["code", "token code"])
            .scope("read write")
            .default_scope("read")
            .introspects_any_token()
            .audience("https://api.example.com")
            .audience("b")
            .access_token_lifetime(AccessTokenLifetime::from_secs(120).unwrap())
            .refresh_token_lifetime(RefreshTokenLifetime::from_secs(7200).unwrap())
            .build()
            .unwrap()
    }

    // shows: RFC8252-7.2-01, RFC8252-8.4-02
    #[test]
    fn every_field_round_trips() {
        let short_secret = Client::confidential("job", &"short".parse().unwrap()).grant_types(["client_credentials"]);
        let resource_server = Client::confidential("rs", &"short".parse().unwrap()).grant_types::<String>([]);
        let public = Client::public("spa").redirect_uri("com.example.app:/cb");
        let others = [short_secret, resource_server.introspects_any_token(), public].map(|client| client.build().unwrap());
        for client in [full()].into_iter().chain(others) {
            let text = client.to_json().unwrap();
            let back = Client::from_json(&text).unwrap();
            assert_eq!(back.to_json().unwrap(), text);
            // Of all members: the hash prints without its value, which the texts above compare.
            assert_eq!(format!("{back:?}"), format!("{client:?}"));
        }
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let text = full().to_json().unwrap();
        assert!(Client::from_json(&text.replacen("\"v\":1", "\"v\":2", 1)).is_err());
        assert!(Client::from_json(&text.replacen("https://app", "http://app", 1)).is_err());
        assert!(Client::from_json(&text.replacen("{", "{\"later\":1,", 1)).is_ok());
        assert!(Client::from_json("").is_err());
    }
}
