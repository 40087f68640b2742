//! A client as text, for stores that keep it. Reading goes through the same checks as registration, so that a row that
//! somebody edited by hand cannot become a client that contradicts the RFCs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::credentials::{ClientAuthenticationMethod, StoredCredentials};
use crate::client::registered::{Draft, Registered};
use crate::client::{Client, ClientId, SelfRegistration};
use crate::values::error::StoreError;
use crate::values::version;

/// The version written. It rises when ignoring a new member would be wrong; what may be ignored does not raise it.
///
/// Since 2 the record has the three parts of a [`Client`], and there may be two secrets. 3 is written of clients that nobody
/// vetted or that registered themselves: an earlier release would take them for others.
const VERSION: u32 = 3;
/// What an earlier release may read, too.
const PLAIN: u32 = 2;
const WHAT: &str = "client records";

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    client_id: &'a ClientId,
    credentials: StoredCredentials,
    registered: &'a Registered,
    #[serde(skip_serializing_if = "Option::is_none")]
    vetted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration: Option<&'a SelfRegistration>,
}

#[derive(Deserialize)]
struct Read {
    v: u32,
    client_id: ClientId,
    #[serde(default)]
    credentials: Option<StoredCredentials>,
    #[serde(default)]
    registered: Option<Draft>,
    #[serde(default)]
    vetted: Option<bool>,
    #[serde(default)]
    registration: Option<Box<SelfRegistration>>,
}

impl Client {
    /// The text that a store keeps. It holds the hashes of secrets, never a secret.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the record cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, StoreError> {
        let (client_id, registered) = (&self.id, &self.registered);
        let (vetted, registration) = ((!self.vetted).then_some(false), self.registration());
        let v = if vetted.is_none() && registration.is_none() { PLAIN } else { VERSION };
        let written = Written { v, client_id, credentials: (&self.credentials).into(), registered, vetted, registration };
        serde_json::to_string(&written).map_err(StoreError::failed)
    }

    /// A client from the text that a store kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the text is not what [`to_json`](Self::to_json) wrote, or a later release wrote it in a form
    /// that this one does not know.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let read: Read = version::read(WHAT, VERSION, text, |read: &Read| read.v)?;
        let (credentials, registered) = match read.v {
            1 => version_1(text).map_err(|error| version::unreadable(WHAT, &error))?,
            PLAIN | VERSION => (read.credentials, read.registered),
            _ => return Err(StoreError::failed("the client record has a version that never was")),
        };
        let (Some(credentials), Some(draft)) = (credentials.and_then(StoredCredentials::whole), registered) else {
            return Err(StoreError::failed("the client record is not whole"));
        };
        let credentials = credentials.map_err(StoreError::failed)?;
        let client = Self::new(read.client_id, credentials, draft).map_err(StoreError::failed)?;
        Ok(Self { vetted: read.vetted.unwrap_or(true), registration: read.registration, ..client })
    }
}

/// Version 1 had all members beside each other, some under names of its own. A public client need not have said so.
fn version_1(text: &str) -> serde_json::Result<(Option<StoredCredentials>, Option<Draft>)> {
    let mut members: Map<String, Value> = serde_json::from_str(text)?;
    let mut take = |name: &str| members.remove(name);
    let method = take("authentication_method").map(serde_json::from_value).transpose()?;
    let hash = take("secret_hash").map(|hash| Value::from_iter([("hash", hash)]));
    let secrets: Vec<_> = hash.map(serde_json::from_value).transpose()?.into_iter().collect();
    let method = method.or(secrets.is_empty().then_some(ClientAuthenticationMethod::None));
    if let Some(name) = take("name") {
        members.insert("client_name".to_owned(), name);
    }
    if members.remove("introspects_any") == Some(Value::Bool(true)) {
        members.insert("introspection".to_owned(), "any".into());
    }
    Ok((Some(StoredCredentials { method, secrets }), Some(serde_json::from_value(Value::Object(members))?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{ApplicationType, ClientBuilder, ClientSecret, LocalizedMember};
    use crate::values::clock::Timestamp;
    use crate::values::lifetime::{AccessTokenLifetime, RefreshTokenLifetime};

    const SECRET: &str = "a secret with more than 32 characters in it";

    fn builder() -> ClientBuilder {
        Client::confidential("an id with ~ and \"", &SECRET.parse().unwrap())
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
    }

    fn full() -> Client {
        let rotated = builder()
            .secret_expires_at(Timestamp::from_unix(1_700_000_000))
            .application_type(ApplicationType::Native)
            .localized(LocalizedMember::ClientName, Some("de-CH"), "Nåme")
            .localized(LocalizedMember::TosUri, None, "https://app.example.com/terms")
            .contact("ops@app.example.com")
            .software("4NRB1-0XZABZI9E6-5SM3R", "2.1")
            .jwks(serde_json::json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "..", "y": "..", "kid": "1"}]}))
            .build()
            .unwrap();
        rotated.with_new_secret(&ClientSecret::generate()).unwrap()
    }

    // shows: RFC8252-7.2-01, RFC8252-8.4-02
    #[test]
    fn every_field_round_trips() {
        let short_secret = Client::confidential("job", &"short".parse().unwrap()).grant_types(["client_credentials"]);
        let resource_server = Client::confidential("rs", &"short".parse().unwrap()).grant_types::<String>([]);
        let public = Client::public("spa").redirect_uri("com.example.app:/cb");
        let keyed = Client::with_keys("keyed").grant_types(["client_credentials"]).jwks_uri("https://app.example.com/jwks");
        let others = [short_secret, resource_server.introspects_any_token(), public, keyed].map(|client| client.build().unwrap());
        for client in [full(), full().unvetted()].into_iter().chain(others) {
            let text = client.to_json().unwrap();
            let back = Client::from_json(&text).unwrap();
            assert_eq!(back.to_json().unwrap(), text);
            // Of all members: the hash prints without its value, which the texts above compare.
            assert_eq!(format!("{back:?}"), format!("{client:?}"));
        }
    }

    /// What the first version of the library wrote.
    #[test]
    fn records_of_version_1_are_read() {
        let full = r#"{"v":1,"client_id":"an id with ~ and \"","name":"Náme 🔑","secret_hash":"sha256:_t5YEgdzUoBx8K_Gx1Ep5oEjX6t6Vi8nv4Yr1db7Xq0","authentication_method":"client_secret_post","redirect_uris":["https://app.example.com/callback?x=%20","http://127.0.0.1/cb"],"grant_types":["authorization_code","implicit","refresh_token","urn:example:grant"],"response_types":["code","code token"],"scope":"read write","default_scope":"read","introspects_any":true,"audience":["https://api.example.com","b"],"access_token_lifetime":120,"refresh_token_lifetime":7200}"#;
        assert_eq!(Client::from_json(full).unwrap().to_json().unwrap(), builder().build().unwrap().to_json().unwrap());

        let hash = "$argon2id$v=19$m=19456,t=2,p=1$JIOf6hceTEyNzZMK2RtwNg$Ro4yTGujd0895JzV8k/lJnRUgrRJ+VCXZK4k/mCxB5A";
        let short = r#"{"v":1,"client_id":"job","secret_hash":"HASH","grant_types":["client_credentials"],"response_types":[],"scope":""}"#;
        let short = Client::from_json(&short.replace("HASH", hash)).unwrap();
        assert_eq!((short.secret_hash().unwrap().to_text().as_str(), short.authentication_method()), (hash, None));

        let resource_server = r#"{"v":1,"client_id":"rs","secret_hash":"sha256:_t5YEgdzUoBx8K_Gx1Ep5oEjX6t6Vi8nv4Yr1db7Xq0","grant_types":[],"response_types":[],"scope":"","audience":["a"]}"#;
        let resource_server = Client::from_json(resource_server).unwrap();
        assert!(resource_server.audience().eq(["a"]) && !resource_server.introspects_any_token());

        // Built as a public client, and read from a file.
        let built = r#"{"v":1,"client_id":"spa","redirect_uris":["com.example.app:/cb"],"grant_types":["authorization_code"],"response_types":["code"],"scope":""}"#;
        let file = r#"{"v":1,"client_id":"spa2","authentication_method":"none","redirect_uris":["https://app.example.com/callback"],"grant_types":["authorization_code"],"response_types":["code"],"scope":"read"}"#;
        for (text, id, scope) in [(built, "spa", ""), (file, "spa2", "read")] {
            let client = Client::from_json(text).unwrap();
            assert!(client.is_public() && client.name() == id && client.scope().as_str() == scope);
        }
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let text = full().to_json().unwrap();
        for (part, other, accepted) in [
            ("{\"v\":2", "{\"v\":4", false),
            ("{\"v\":2", "{\"v\":0", false),
            ("https://app", "http://app", false),
            ("{", "{\"later\":1,", true),
            ("\"registered\":{", "\"registered\":{\"later\":1,", true),
            ("\"registered\":{", "\"registered\":{\"scope\":\"read\",", false),
            ("\"registered\":", "\"other\":", false),
            ("\"credentials\":", "\"other\":", false),
        ] {
            assert!(text.contains(part), "{part} {text}");
            assert_eq!(Client::from_json(&text.replacen(part, other, 1)).is_ok(), accepted, "{other}");
        }
        assert!(Client::from_json("").is_err());
        let hash = full().secret_hash().unwrap().to_text();
        let damaged = [text.replacen("sha256:", "SHA256:", 2), text.replacen("\"scope\":\"read write\"", "\"scope\":4711", 1)];
        for damaged in damaged {
            let error = format!("{:?}", Client::from_json(&damaged).unwrap_err());
            assert!(error.contains("line") && !error.contains("4711") && !error.contains(&hash[8..]), "{error}");
        }
    }

    /// A secret that was lost makes no client public.
    #[test]
    fn credentials_are_whole() {
        let record = |credentials: &str| {
            let registered = r#"{"redirect_uris":["https://app.example.com/callback"]}"#;
            Client::from_json(&format!(r#"{{"v":2,"client_id":"app","credentials":{credentials},"registered":{registered}}}"#))
        };
        let hash = r#"{"hash":"sha256:_t5YEgdzUoBx8K_Gx1Ep5oEjX6t6Vi8nv4Yr1db7Xq0"}"#;
        let slow =
            r#"{"hash":"$argon2id$v=19$m=19456,t=2,p=1$JIOf6hceTEyNzZMK2RtwNg$Ro4yTGujd0895JzV8k/lJnRUgrRJ+VCXZK4k/mCxB5A"}"#;
        assert!(record(r#"{"method":"none"}"#).unwrap().is_public());
        assert!(!record(&format!(r#"{{"secrets":[{hash},{slow}]}}"#)).unwrap().is_public());
        for credentials in [
            "{}".to_owned(),
            r#"{"secrets":[]}"#.to_owned(),
            r#"{"method":"client_secret_basic"}"#.to_owned(),
            r#"{"method":"tls_client_auth"}"#.to_owned(),
            r#"{"method":"private_key_jwt"}"#.to_owned(),
            format!(r#"{{"method":"none","secrets":[{hash}]}}"#),
            format!(r#"{{"secrets":[{slow},{slow}]}}"#),
            format!(r#"{{"secrets":[{hash},{hash},{hash}]}}"#),
        ] {
            assert!(record(&credentials).is_err(), "{credentials}");
        }
    }
}
