//! A client as it describes itself in a document at the URL that is its identifier (draft-ietf-oauth-client-id-metadata-document): read
//! strictly, and without what only an operator decides.

use std::fmt;
use std::sync::Arc;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::client::credentials::{ClientAuthenticationMethod, Credentials};
use crate::client::record::Origin;
use crate::client::registered::{Draft, LocalizedMember, OF_THE_OPERATOR, Reader, Registered};
use crate::client::{Client, ClientError, ClientId};
use crate::values::scope::Scope;
use crate::values::scope_hierarchy::ScopeHierarchy;

/// What clients that nobody registered may have of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) scope: Scope,
    /// What one gets that asks for none; `None`: all that it may ask for.
    pub(crate) default_scope: Option<Scope>,
    pub(crate) grant_types: Arc<[Box<str>]>,
    /// Does somebody here know the host of the document?
    pub(crate) host_is_known: bool,
}

/// The members of a document that are understood.
struct Read {
    client_id: Option<String>,
    method: Option<String>,
    /// Is there a secret?
    secret: bool,
    draft: Draft,
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ADocument)
    }
}

struct ADocument;

impl<'de> Visitor<'de> for ADocument {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the metadata of a client")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Read, A::Error> {
        let (mut client_id, mut method, mut secret) = (None, None, false);
        let (mut registered, mut reader) = (Registered::default(), Reader::new(map));
        while let Some(name) = reader.next()? {
            match &*name {
                "client_id" => client_id = reader.value("client_id")?,
                "token_endpoint_auth_method" => method = reader.value("token_endpoint_auth_method")?,
                "client_secret" => secret |= reader.value::<Option<Value>>("client_secret")?.is_some(),
                "client_secret_expires_at" => secret |= reader.value::<Option<Value>>("client_secret_expires_at")?.is_some(),
                // Members of this library that a stranger does not have.
                name if OF_THE_OPERATOR.contains(&name) => reader.ignore()?,
                name if registered.read(name, &mut reader)? => {}
                _ => reader.ignore()?,
            }
        }
        let draft = Draft { registered, refused: reader.refused() };
        client_id.is_some().then_some(()).ok_or_else(|| A::Error::missing_field("client_id"))?;
        Ok(Read { client_id, method, secret, draft })
    }
}

impl Client {
    /// The client that a document describes. It may ask for what the document says: see [`offered`](Self::offered).
    ///
    /// # Errors
    ///
    /// What is wrong with the document, without a word of it.
    pub(crate) fn described(json: &str) -> Result<Self, &'static str> {
        let read: Read = serde_json::from_str(json)
            .map_err(|_| "it is not the metadata of a client with a `client_id`, each member once (RFC 7591 section 2)")?;
        if read.secret {
            return Err("it has a `client_secret` or its expiry: there is no way to share one (section 4.1)");
        }
        let credentials = match read.method.as_deref() {
            None | Some("none") => Credentials::None,
            Some(name) if name == ClientAuthenticationMethod::PrivateKeyJwt.as_str() => Credentials::Keys,
            Some(_) => {
                return Err(
                    "its `token_endpoint_auth_method` is neither `none` nor `private_key_jwt`: secrets are not shared (section 4.1)",
                );
            }
        };
        let id =
            ClientId::parse(read.client_id.as_deref().unwrap_or_default()).map_err(|_| "its `client_id` is no identifier")?;
        let registered = &read.draft.registered;
        if registered.presentation.text(LocalizedMember::ClientName).plain().is_none() {
            return Err("it has no `client_name`");
        }
        if read.draft.refused.is_none() && registered.redirection.redirect_uris.is_empty() {
            return Err("it has no `redirect_uris`");
        }
        let client = Self::new(id, credentials, read.draft).map_err(|error| in_words(&error))?;
        let fingerprint = client.fingerprint();
        Ok(Self { origin: Origin::Document { fingerprint, host_is_known: false }, ..client.unvetted() })
    }

    /// The same client with no more than is offered: of what it asks for, what it may have; all of it where it does not say.
    pub(crate) fn offered(&self, offer: &Offer, hierarchy: &ScopeHierarchy) -> Self {
        let mut client = self.clone();
        let scopes = &mut client.registered.scopes;
        scopes.scope = if scopes.scope.is_empty() { offer.scope.clone() } else { hierarchy.common(&scopes.scope, &offer.scope) };
        scopes.set_default(offer.default_scope.as_ref().map(|default| hierarchy.common(default, &scopes.scope)));
        client.registered.flow.narrow(|grant| offer.grant_types.iter().any(|offered| **offered == *grant), |_| true);
        if let Origin::Document { host_is_known, .. } = &mut client.origin {
            *host_is_known = offer.host_is_known;
        }
        client
    }
}

/// The error without what the document holds.
const fn in_words(error: &ClientError) -> &'static str {
    match error {
        ClientError::RedirectUri { .. } | ClientError::WebRedirectUri => "one of its `redirect_uris` cannot be registered",
        ClientError::Keys(_) | ClientError::MissingKeys(_) | ClientError::Unsigned => {
            "its keys cannot be used: it needs `jwks` or `jwks_uri`, not both, with public keys only (section 4.1)"
        }
        ClientError::Correlation { .. } => "its `grant_types` and `response_types` do not go together (RFC 7591 section 2.1)",
        ClientError::PublicClientCredentials => "`client_credentials` needs `private_key_jwt`",
        ClientError::Scope(_) => "its `scope` is not one",
        ClientError::WebPage(_) | ClientError::InitiateLoginUri => "a URL of a page is not one of the web",
        ClientError::ApplicationType => "its `application_type` is neither `web` nor `native`",
        _ => "it contradicts itself, or asks for what this server does not serve",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "https://app.example.com/client.json";

    fn document(members: &str) -> String {
        let comma = if members.is_empty() { "" } else { "," };
        format!(
            r#"{{"client_id":"{ID}","client_name":"App","redirect_uris":["https://app.example.com/cb"],"grant_types":["authorization_code","refresh_token"]{comma}{members}}}"#
        )
    }

    fn offer(scope: &str) -> Offer {
        let grant_types = ["authorization_code".into(), "refresh_token".into()].into();
        Offer { scope: Scope::parse(scope).unwrap(), default_scope: None, grant_types, host_is_known: true }
    }

    #[test]
    fn a_document_makes_a_client_that_nobody_vetted() {
        let client =
            Client::described(&document(r#""token_endpoint_auth_method":"none","logo_uri":null,"x":{"y":[1]}"#)).unwrap();
        assert!(client.is_public() && !client.is_vetted() && client.name() == "App" && client.scope().is_empty());
        assert_eq!(client.document_host(), Some("app.example.com"));
        let keyed = document(r#""token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example.com/jwks""#);
        assert!(!Client::described(&keyed).unwrap().is_public());
        assert!(Client::described(&document("")).unwrap().is_public());
    }

    // shows: CIMD-4.1-02, CIMD-4.1-04, CIMD-4.1-06, CIMD-4.1-07
    #[test]
    fn what_a_document_must_not_have_or_lacks_is_refused() {
        let with = |members: &str| document(members);
        for (text, reason) in [
            (String::new(), "is not the metadata"),
            ("[]".to_owned(), "is not the metadata"),
            ("{}".to_owned(), "is not the metadata"),
            (document("").replace("client_id", "id"), "is not the metadata"),
            (with(r#""client_id":"x""#), "is not the metadata"),
            (with(r#""client_name":1"#), "is not the metadata"),
            (with(r#""client_secret":"s""#), "client_secret"),
            (with(r#""client_secret_expires_at":0"#), "client_secret"),
            (with(r#""token_endpoint_auth_method":"client_secret_basic""#), "neither"),
            (with(r#""token_endpoint_auth_method":"client_secret_jwt""#), "neither"),
            (with(r#""token_endpoint_auth_method":"tls_client_auth""#), "neither"),
            (with(r#""token_endpoint_auth_method":"private_key_jwt""#), "keys"),
            (with(r#""jwks":{"keys":[{"kty":"EC","crv":"P-256","x":"","y":"","d":""}]}"#), "keys"),
            (with(r#""jwks":{"keys":[{"kty":"oct","k":""}]}"#), "keys"),
            (document("").replace(r#""client_name":"App","#, ""), "client_name"),
            (document("").replace("App", " "), "client_name"),
            (document("").replace(r#"["https://app.example.com/cb"]"#, "[]"), "redirect_uris"),
            (document("").replace("https://app.example.com/cb", "http://app.example.com/cb"), "redirect_uris"),
            (document("").replace("https://app.example.com/cb", "javascript:alert(1)"), "redirect_uris"),
            (with(r#""logo_uri":"javascript:alert(1)""#), "page"),
            (document("").replace("refresh_token", "client_credentials"), "client_credentials"),
            (with(r#""response_types":["token"]"#), "go together"),
            (with(r#""scope":"a  b""#), "scope"),
        ] {
            let error = Client::described(&text).map(drop).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_stranger_decides_nothing_that_is_the_operators() {
        let members = r#""introspection":"any","audience":"a","access_token_lifetime":99999999,"refresh_token_lifetime":true,
            "default_scope":"admin","scope_claims_in_id_token":true"#;
        let client = Client::described(&document(members)).unwrap().offered(&offer("read"), &ScopeHierarchy::flat());
        assert!(!client.introspects_any_token() && client.audience().next().is_none());
        assert!(client.access_token_lifetime().is_none() && client.refresh_token_lifetime().is_none());
        assert!(client.default_scope().as_str() == "read" && !client.has_scope_claims_in_id_token());
    }

    #[test]
    fn a_client_may_ask_for_what_is_offered_and_for_what_it_says() {
        let offer = Offer { default_scope: Some(Scope::parse("read").unwrap()), ..offer("read write") };
        for (members, scope, default) in [
            ("", "read write", "read"),
            (r#""scope":"write admin""#, "write", ""),
            (r#""scope":"read admin""#, "read", "read"),
            (r#""scope":"admin""#, "", ""),
        ] {
            let client = Client::described(&document(members)).unwrap().offered(&offer, &ScopeHierarchy::flat());
            assert_eq!((client.scope().as_str(), client.default_scope().as_str()), (scope, default), "{members}");
            assert!(client.document_host_is_known());
        }
        let hierarchy = ScopeHierarchy::new([("admin", "write"), ("write", "read")]).unwrap();
        for (says, offered, scope, default) in
            [("admin", "write", "write read", "read"), ("read", "admin", "read", "read"), ("audit", "admin", "", "")]
        {
            let offer = Offer { scope: Scope::parse(offered).unwrap(), ..offer.clone() };
            let client = Client::described(&document(&format!(r#""scope":"{says}""#))).unwrap().offered(&offer, &hierarchy);
            assert_eq!((client.scope().as_str(), client.default_scope().as_str()), (scope, default), "{says} of {offered}");
        }
        let more = document("").replace(
            r#"["authorization_code","refresh_token"]"#,
            r#"["authorization_code","implicit","urn:example:own"],"response_types":["code","code id_token","none","id_token"]"#,
        );
        let client = Client::described(&more).unwrap().offered(&offer, &ScopeHierarchy::flat());
        assert!(client.grant_types().eq(["authorization_code"]) && client.response_types().eq(["code", "none"]));
    }

    #[test]
    fn the_fingerprint_is_of_what_matters_to_people() {
        let of = |text: &str| Client::described(text).unwrap().fingerprint();
        let usual = of(&document(""));
        for same in [
            document(r#""scope":"x""#),
            document(r#""contacts":["a@b.example"]"#),
            document(r#""software_version":"2""#),
            document(r#""token_endpoint_auth_method":"none""#),
            document("").replace(r#""client_name":"App","#, "").replace("]}", r#"],"client_name":"App"}"#),
        ] {
            assert_eq!(of(&same), usual, "{same}");
        }
        for other in [
            document("").replace("App", "Bank"),
            document(r##""client_name#de":"Bank""##),
            document("").replace("/cb", "/cb2"),
            document("").replace(r#"["https://app.example.com/cb"]"#, r#"["https://app.example.com/cb","https://b.example/cb"]"#),
            document(r#""logo_uri":"https://b.example/logo""#),
            document(r#""policy_uri":"https://b.example/""#),
            document(r#""jwks_uri":"https://b.example/jwks""#),
            document(r#""application_type":"native""#),
            document(r#""token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example.com/jwks""#),
        ] {
            assert_ne!(of(&other), usual, "{other}");
        }
        let two = |uris: &str| of(&document("").replace(r#""https://app.example.com/cb""#, uris));
        assert_eq!(two(r#""https://a.example/","https://b.example/""#), two(r#""https://b.example/","https://a.example/""#));
    }
}
