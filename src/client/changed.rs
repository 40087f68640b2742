//! What an operator changes of a client that is registered.

use crate::client::credentials::{ClientAuthenticationMethod, ClientSecrets, Credentials, HashedSecret};
use crate::client::{Client, ClientError, ClientMetadata, SecretHash};

impl Client {
    /// The same client with other metadata, which takes the place of all that it [registered](Self::registered). Its identifier, whether it
    /// was vetted, and how it registered itself stay what they are, and so do its secrets, unless the metadata brings another or a method
    /// that uses none. Without a `token_endpoint_auth_method` that stays, too.
    ///
    /// # Errors
    ///
    /// [`ClientError`], as where it is registered.
    pub fn with_metadata(self, metadata: ClientMetadata) -> Result<Self, ClientError> {
        let (draft, secret, method) = metadata.into_parts()?;
        let Self { id, credentials, vetted, registration, unused_until, origin, .. } = self;
        let method = method.or(credentials.method());
        let credentials = match (secret, credentials) {
            (Some((secret, expires_at)), _) => {
                Credentials::new(Some((HashedSecret { hash: SecretHash::of(&secret), expires_at }, None)), method)?
            }
            (None, Credentials::Secret(secrets)) if method.is_none_or(ClientAuthenticationMethod::has_secret) => {
                Credentials::Secret(ClientSecrets::with_method(secrets, method))
            }
            (None, _) => Credentials::new(None, method)?,
        };
        let changed = Self::new(id, credentials, draft)?;
        Ok(Self { vetted, registration, unused_until, origin, ..changed })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::client::ClientSecret;
    use crate::values::clock::Timestamp;

    fn metadata(members: Value) -> ClientMetadata {
        let mut all = json!({"client_id": "other", "redirect_uris": ["https://app.example.com/b"], "scope": "write"});
        all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    fn client() -> Client {
        let client =
            Client::confidential("app", &ClientSecret::generate()).redirect_uri("https://app.example.com/a").scope("read");
        client.name("App").build().unwrap().unvetted().with_unused_until(Some(Timestamp::from_unix(7)))
    }

    #[test]
    fn what_is_registered_is_replaced_and_the_rest_stays() {
        let was = client();
        let hash = was.secret_hash().unwrap().to_text();
        let is = was.with_metadata(metadata(json!({}))).unwrap();
        assert_eq!((is.id().as_str(), is.name(), is.scope().as_str()), ("app", "app", "write"));
        assert_eq!(is.redirect_uris().iter().map(|uri| uri.as_str()).collect::<Vec<_>>(), ["https://app.example.com/b"]);
        assert_eq!((is.is_vetted(), is.unused_until()), (false, Some(Timestamp::from_unix(7))));
        assert_eq!((is.secret_hash().unwrap().to_text(), is.authentication_method()), (hash.clone(), None));
        let posts = is.with_metadata(metadata(json!({"token_endpoint_auth_method": "client_secret_post"}))).unwrap();
        assert_eq!(posts.authentication_method(), Some(ClientAuthenticationMethod::ClientSecretPost));
        assert_eq!(posts.secret_hash().unwrap().to_text(), hash);
    }

    #[test]
    fn a_method_without_secret_has_none_and_a_new_secret_is_the_only_one() {
        let rotated = client().with_new_secret(&ClientSecret::generate()).unwrap();
        let chosen =
            rotated.with_metadata(metadata(json!({"client_secret": "0123456789012345678901234567890123456789"}))).unwrap();
        let secrets = chosen.credentials().secrets().unwrap();
        assert!(secrets.previous().is_none());
        let public = chosen.clone().with_metadata(metadata(json!({"token_endpoint_auth_method": "none"}))).unwrap();
        assert!(public.is_public() && public.secret_hash().is_none());
        let refused = |client: Client, members| client.with_metadata(metadata(members)).unwrap_err();
        assert_eq!(
            refused(public, json!({"token_endpoint_auth_method": "client_secret_basic"})),
            ClientError::MissingSecret(ClientAuthenticationMethod::ClientSecretBasic)
        );
        assert_eq!(
            refused(chosen.clone(), json!({"token_endpoint_auth_method": "private_key_jwt"})),
            ClientError::MissingKeys(ClientAuthenticationMethod::PrivateKeyJwt)
        );
        assert!(matches!(refused(chosen, json!({"redirect_uris": ["http://app.example.com"]})), ClientError::RedirectUri { .. }));
    }
}
