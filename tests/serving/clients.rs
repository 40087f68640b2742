//! Which clients exist: what a record may say (RFC 6749 section 2, RFC 7591 section 2), and which a given server serves.

use std::sync::Arc;

use grantor::testing::Hooked;
use grantor::testing::{Fault, Faults};
use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientAuthenticationMethod, ClientBuilder, ClientError, ClientMetadata,
    ClientRejection, ClientSecret, Code, Development, ManualClock, MemoryStore, OAuth21, PrivateUseSchemes, RedirectUriError,
    RegisterError, Scope, ScopeError, SecretError, SecretHash, StoreError, issuer,
};
use serde_json::{Value, json};

use crate::common::{
    self, Answer, Approves, CALLBACK, PKCE, Peer, REQUEST, SECRET, START, basic, fixture, lacking, legacy_server_on, with,
};

fn secret() -> ClientSecret {
    ClientSecret::parse(SECRET).expect("a secret")
}

/// A public client with the code flow.
fn public() -> ClientBuilder {
    Client::public("app").redirect_uri(CALLBACK)
}

fn confidential() -> ClientBuilder {
    Client::confidential("app", &secret()).redirect_uri(CALLBACK)
}

fn error(builder: ClientBuilder) -> ClientError {
    builder.build().expect_err("an error")
}

// ---- the record ----------------------------------------------------------------------------------------------------------

#[test]
fn messages_name_authentication_methods_as_they_are_registered() {
    use ClientAuthenticationMethod::ClientSecretBasic;
    let error = public().authentication_method(ClientSecretBasic).build().expect_err("no secret");
    assert!(error.to_string().contains("`client_secret_basic`"), "{error}");
}

// shows: RFC6749-3.1.2.2-01, RFC6749-3.1.2.2-02, RFC6749-3.1.2.2-03, RFC6749-4.4-01, RFC6749-10.2-02, RFC6749-10.6-02
// shows: RFC6749-10.6-03
#[test]
fn what_contradicts_the_rfcs_is_no_client() {
    use ClientAuthenticationMethod::{ClientSecretBasic, ClientSecretPost, None as NoMethod};
    let correlation = |response_type, grant_type| ClientError::Correlation { response_type, grant_type };
    let (code, implicit) = (correlation("code", "authorization_code"), correlation("token", "implicit"));
    for (builder, expected) in [
        // RFC 6749 section 4.4 and RFC 7662 section 2.1: these need a secret.
        (public().grant_types(["authorization_code", "client_credentials"]), ClientError::PublicClientCredentials),
        (public().introspects_any_token(), ClientError::PublicIntrospection),
        (public().audience("https://api.example.com"), ClientError::PublicIntrospection),
        // RFC 7591 section 2: the method fits the secret.
        (confidential().authentication_method(NoMethod), ClientError::SecretWithoutMethod),
        (public().authentication_method(ClientSecretBasic), ClientError::MissingSecret(ClientSecretBasic)),
        (public().authentication_method(ClientSecretPost), ClientError::MissingSecret(ClientSecretPost)),
        // RFC 7591 section 2.1: grants and response types go together, in both directions.
        (public().response_types(["token"]), code.clone()),
        (public().grant_types(["refresh_token"]).response_types(["code"]), code.clone()),
        (public().response_types::<&str>([]), code.clone()),
        (public().grant_types(["implicit"]).response_types(["code token"]), code),
        (public().response_types(["code", "token"]), implicit.clone()),
        (public().response_types(["token code"]), implicit.clone()),
        (public().grant_types(["authorization_code", "implicit"]), implicit),
        // RFC 6749 section 3.1.2.2.
        (Client::public("app"), ClientError::NoRedirectUri),
        (Client::public("app").grant_types(["password"]).response_types(["none"]), ClientError::NoRedirectUri),
        (public().scope("read").default_scope("write"), ClientError::DefaultScope),
        (public().default_scope("read"), ClientError::DefaultScope),
        (public().grant_types::<&str>([]), ClientError::NoGrant),
        (confidential().grant_types::<&str>([]), ClientError::NoGrant),
        (public().scope("a  b"), ClientError::Scope(ScopeError::EmptyToken)),
        (public().scope("a\u{e9}"), ClientError::Scope(ScopeError::Character)),
        (public().scope("a").default_scope(" a"), ClientError::Scope(ScopeError::EmptyToken)),
    ] {
        let text = format!("{builder:?}");
        assert_eq!(error(builder), expected, "{text}");
    }
}

#[test]
fn an_identifier_is_1_to_256_visible_ascii_characters() {
    let longest = "x".repeat(2048);
    for (id, accepted) in [
        ("a", true),
        (" ", true),
        ("https://app.example.com/?a=b#c", true),
        ("~!@#$%^&*()\"\\", true),
        (&longest, true),
        (&format!("{longest}x"), false),
        ("", false),
        ("a\n", false),
        ("a\0", false),
        ("\u{7f}", false),
        ("caf\u{e9}", false),
    ] {
        let built = Client::public(id).redirect_uri(CALLBACK).build();
        match built {
            Ok(client) => assert!(accepted && client.id().as_str() == id, "{id:?}"),
            Err(error) => assert_eq!((accepted, error), (false, ClientError::Id), "{id:?}"),
        }
    }
}

#[test]
fn a_secret_is_1_to_512_visible_ascii_characters() {
    for (text, expected) in [
        ("", SecretError::Empty),
        (&*"x".repeat(513), SecretError::TooLong),
        ("caf\u{e9}", SecretError::NotVisibleAscii),
        ("a\tb", SecretError::NotVisibleAscii),
        ("a\0", SecretError::NotVisibleAscii),
    ] {
        let refused = ClientSecret::parse(text).expect_err("an error");
        assert_eq!((refused, ClientError::from(refused)), (expected, ClientError::Secret(expected)));
    }
    ClientSecret::parse("x".repeat(512)).expect("the longest");
    ClientSecret::parse("~ \"\\").expect("visible");
}

// shows: RFC6749-3.1.2-01, RFC6749-3.1.2-04, RFC6749-3.1.2.1-01, RFC9700-2.6-05
#[test]
fn a_redirect_uri_that_browsers_or_attackers_could_read_otherwise_is_refused() {
    use RedirectUriError as E;
    for (uri, expected) in [
        ("", E::Relative),
        ("/callback", E::Relative),
        ("ownauth.com/callback", E::Relative),
        ("https://ownauth.com/callback#fragment", E::Fragment),
        ("https://ownauth.com/callback#", E::Fragment),
        ("javascript:alert(1)", E::ForbiddenScheme),
        ("JAVASCRIPT://ownauth.com/%0aalert(1)", E::ForbiddenScheme),
        ("data:text/html,x", E::ForbiddenScheme),
        ("vbscript:x", E::ForbiddenScheme),
        ("file:///etc/passwd", E::ForbiddenScheme),
        ("blob:https://ownauth.com/1", E::ForbiddenScheme),
        ("https://*.ownauth.com/callback", E::Wildcard),
        ("https://*/callback", E::Wildcard),
        ("http://ownauth.com/callback", E::InsecureHttp),
        ("http://localhost.ownauth.com/", E::InsecureHttp),
        ("https://user@ownauth.com/", E::Userinfo),
        ("https://ownauth.com@evil.example/", E::Userinfo),
        ("https://ownauth.com\\@evil.example/", E::Character),
        ("https://ownauth.com/a b", E::Character),
        ("https://ownauth.com/caf\u{e9}", E::Character),
        ("https://ownauth.com/%", E::Character),
        ("https://ownauth.com/a/../b", E::DotSegment),
        ("https://ownauth.com/%2e%2E/b", E::DotSegment),
        ("https:///callback", E::MissingHost),
        ("https://ownauth.com:99999/", E::Port),
        ("http://127.1/", E::Host),
    ] {
        // One bad among good ones is enough, and it is named.
        for builder in [Client::public("app"), public()] {
            let refused = error(builder.redirect_uri(uri));
            let ClientError::RedirectUri { uri: named, error } = &refused else { panic!("{refused:?}") };
            assert_eq!((*error, uri.ends_with(named)), (expected, true), "{uri}");
            assert!(refused.to_string().contains(&format!("`redirect_uris`: {named:?}: {expected}")), "{refused}");
        }
    }
    // What stands before an `@` may be a password, and a line of a log has an end.
    let refused = error(public().redirect_uri("https://user:hunter2@ownauth.com/")).to_string();
    assert!(refused.contains("\"ownauth.com/\"") && !refused.contains("hunter2"), "{refused}");
    assert!(error(public().redirect_uri("\n".repeat(10_000))).to_string().len() < 1_000);
    for uri in ["https://ownauth.com", "https://ownauth.com:8443/cb?a=b", "http://127.0.0.1/cb", "http://[::1]:1/", "com.own:/cb"]
    {
        let client = Client::public("app").redirect_uri(uri).build().expect(uri);
        assert_eq!(client.redirect_uris()[0].as_str(), uri);
    }
}

// shows: RFC8252-7.2-01
#[test]
fn what_is_not_said_has_the_defaults_of_rfc_7591() {
    let client = public().scope("read write").build().expect("a client");
    assert_eq!(client.grant_types().collect::<Vec<_>>(), ["authorization_code"]);
    assert_eq!(client.response_types().collect::<Vec<_>>(), ["code"]);
    assert_eq!((client.name(), client.default_scope().as_str()), ("app", "read write"));
    assert_eq!(client.authentication_method(), Some(ClientAuthenticationMethod::None));
    assert!(client.is_public() && !client.introspects_any_token());
    // Without the code grant there is nothing to ask the authorization endpoint for.
    let job = Client::confidential("job", &secret()).grant_types(["client_credentials"]).name(" ").build().expect("a client");
    assert_eq!((job.response_types().count(), job.name(), job.is_public()), (0, "job", false));
    assert_eq!((job.authentication_method(), job.scope().as_str()), (None, ""));
}

#[test]
fn the_order_of_the_words_of_a_response_type_has_no_meaning() {
    let builder = public().grant_types(["authorization_code", "implicit"]).response_types(["token code"]);
    let client = builder.build().expect("a client");
    for name in ["code token", "token code"] {
        assert!(client.may_use_response_type(name), "{name}");
    }
    for name in ["code", "token", "code token token", "code  token", ""] {
        assert!(!client.may_use_response_type(name), "{name}");
    }
}

// ---- RFC 7591 ------------------------------------------------------------------------------------------------------------

fn read(metadata: &Value) -> Result<Client, String> {
    let metadata: ClientMetadata = serde_json::from_value(metadata.clone()).map_err(|error| error.to_string())?;
    Client::try_from(metadata).map_err(|error| error.to_string())
}

/// `base` with other members.
fn changed(base: &Value, changes: &Value) -> Value {
    let mut merged = base.clone();
    for (name, value) in changes.as_object().expect("an object") {
        merged[name] = value.clone();
    }
    merged
}

#[test]
fn client_metadata_is_read_as_rfc_7591_writes_it() {
    let client = read(&json!({
        "client_id": "web", "client_secret": SECRET, "client_name": "My app", "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code", "none"],
        "token_endpoint_auth_method": "client_secret_post", "scope": "read write", "default_scope": "read",
        "introspection": "any", "audience": ["a", "b"], "access_token_lifetime": 30, "refresh_token_lifetime": 60,
        "contacts": ["a@example.com"], "logo_uri": "https://ownauth.com/logo.png", "x": {"y": null},
    }))
    .expect("a client");
    assert_eq!((client.id().as_str(), client.name(), client.is_public()), ("web", "My app", false));
    assert_eq!(client.redirect_uris().iter().map(|uri| uri.as_str()).collect::<Vec<_>>(), [CALLBACK]);
    assert_eq!(client.grant_types().collect::<Vec<_>>(), ["authorization_code", "refresh_token"]);
    assert_eq!(client.response_types().collect::<Vec<_>>(), ["code", "none"]);
    assert_eq!(client.authentication_method(), Some(ClientAuthenticationMethod::ClientSecretPost));
    assert_eq!((client.scope().as_str(), client.default_scope().as_str()), ("read write", "read"));
    assert!(client.introspects_any_token() && client.audience().eq(["a", "b"]));
    assert_eq!(client.access_token_lifetime().map(|lifetime| lifetime.as_secs()), Some(30));
    assert_eq!(client.refresh_token_lifetime().map(|lifetime| lifetime.as_secs()), Some(60));
}

/// RFC 7591 section 2: the method that is not named is `client_secret_basic`. So nobody becomes public by a slip.
// shows: RFC6749-2.1-01
#[test]
fn a_client_is_public_only_if_it_says_so() {
    let base = json!({"client_id": "web", "redirect_uris": [CALLBACK]});
    for (changes, expected) in [
        (json!({"token_endpoint_auth_method": "none"}), Ok(ClientAuthenticationMethod::None)),
        (json!({"token_endpoint_auth_method": "none", "client_secret": null}), Ok(ClientAuthenticationMethod::None)),
        (json!({"client_secret": SECRET}), Ok(ClientAuthenticationMethod::ClientSecretBasic)),
        (
            json!({"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_post"}),
            Ok(ClientAuthenticationMethod::ClientSecretPost),
        ),
        (json!({}), Err("needs a `client_secret`")),
        (json!({"client_secret": null}), Err("needs a `client_secret`")),
        (json!({"clientSecret": SECRET}), Err("needs a `client_secret`")),
        (json!({"token_endpoint_auth_method": null}), Err("needs a `client_secret`")),
        (json!({"client_secret": ""}), Err("secret is empty")),
        (json!({"client_secret": SECRET, "token_endpoint_auth_method": "none"}), Err("cannot have `token_endpoint_auth_method`")),
        (
            json!({"client_secret": SECRET, "token_endpoint_auth_method": "private_key_jwt"}),
            Err("`private_key_jwt` does not use a `client_secret`"),
        ),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), Err("needs `jwks` or `jwks_uri`")),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example.com/jwks"}),
            Ok(ClientAuthenticationMethod::PrivateKeyJwt),
        ),
        (
            json!({"client_secret": SECRET, "token_endpoint_auth_method": "tls_client_auth"}),
            Err("`tls_client_auth` does not use a `client_secret`"),
        ),
        (
            json!({"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_jwt"}),
            Err("`client_secret_jwt` is not known"),
        ),
    ] {
        let client = read(&changed(&base, &changes));
        match (client, expected) {
            (Ok(client), Ok(method)) => assert_eq!(client.authentication_method(), Some(method), "{changes}"),
            (Err(error), Err(text)) => assert!(error.contains(text), "{changes}: {error}"),
            (client, _) => panic!("{changes}: {client:?}"),
        }
    }
}

#[test]
fn client_metadata_that_makes_no_sense_is_refused() {
    let base = json!({"client_id": "web", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"});
    // `null` is as good as absent.
    let nulls = json!({"client_name": null, "grant_types": null, "response_types": null, "scope": null, "default_scope": null,
        "introspection": null, "audience": null, "access_token_lifetime": null, "refresh_token_lifetime": null});
    read(&changed(&base, &nulls)).expect("a client");
    for changes in [
        json!({"client_id": ""}),
        json!({"client_id": null}),
        json!({"client_id": 7}),
        json!({"redirect_uris": null}),
        json!({"redirect_uris": []}),
        json!({"redirect_uris": CALLBACK}),
        json!({"redirect_uris": ["http://ownauth.com/"]}),
        json!({"grant_types": "authorization_code"}),
        json!({"grant_types": []}),
        json!({"scope": ["read"]}),
        json!({"scope": "a  b"}),
        json!({"introspection": "all"}),
        json!({"introspection": true}),
        json!({"audience": "a"}),
        json!({"audience": ["a"]}),
        json!({"access_token_lifetime": 0}),
        json!({"access_token_lifetime": 86_401}),
        json!({"access_token_lifetime": -1}),
        json!({"access_token_lifetime": "60"}),
        json!({"refresh_token_lifetime": 0}),
    ] {
        assert!(read(&changed(&base, &changes)).is_err(), "{changes}");
    }
    // Two of one name: one parser would take the first, another the last.
    let twice = r#"{"client_id": "a", "client_id": "b", "token_endpoint_auth_method": "none"}"#;
    assert!(serde_json::from_str::<ClientMetadata>(twice).is_err());
}

#[test]
fn no_text_shows_a_secret() {
    let hash = SecretHash::of(&secret());
    let json = json!({"client_id": "web", "client_secret": SECRET, "redirect_uris": [CALLBACK]});
    let metadata: ClientMetadata = serde_json::from_value(json.clone()).expect("metadata");
    let texts =
        format!("{metadata:?} {:?} {:?} {:?}", confidential(), read(&json), Client::confidential_with_hash("a", hash.clone()));
    assert!(!texts.contains(SECRET) && !texts.contains(hash.to_text().trim_start_matches("sha256:")), "{texts}");
}

// ---- the server ----------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_server_names_every_reason_why_it_cannot_serve_a_client() {
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .scopes(Scope::parse("read write").expect("a scope"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .build();
    let grants = ["authorization_code", "implicit", "urn:example:mine", "refresh_token"];
    let client = confidential().grant_types(grants).response_types(["code", "token code", "none"]);
    let client = client.scope("admin read root").introspects_any_token().build().expect("a client");
    let keyed = Client::with_keys("keyed").jwks_uri("https://app.example.com/jwks").redirect_uri(CALLBACK).build();
    let keyed = server.check_client(keyed.expect("a client")).expect_err("a rejection");
    let method = ClientAuthenticationMethod::PrivateKeyJwt;
    assert_eq!(keyed.reasons(), [ClientRejection::UnknownAuthenticationMethod(method)]);
    let rejected = server.check_client(client.clone()).expect_err("a rejection");
    let expected = [
        ClientRejection::UnknownGrantType("implicit".into()),
        ClientRejection::UnknownGrantType("urn:example:mine".into()),
        ClientRejection::UnknownGrantType("refresh_token".into()),
        ClientRejection::UnknownResponseType("code token".into()),
        ClientRejection::UnknownResponseType("none".into()),
        ClientRejection::UnknownScope("admin".into()),
        ClientRejection::UnknownScope("root".into()),
        ClientRejection::NoIntrospection,
    ];
    assert_eq!(rejected.reasons(), expected);
    let text = rejected.to_string();
    assert!(text.starts_with("client `app`: ") && expected.iter().all(|reason| text.contains(&reason.to_string())), "{text}");
    // Nothing was stored.
    let Err(RegisterError::Rejected(again)) = server.register_client(client).await else { panic!("registered") };
    assert_eq!(again, rejected);
    let answer = grantor::ClientStore::client(server.storage(), server.issuer(), "app").await.expect("an answer");
    assert!(answer.is_none());
    // One that fits is told so, and is the same client.
    let api = Client::confidential("api", &secret()).grant_types::<&str>([]).audience("https://api.example.com");
    let rejected = server.check_client(api.build().expect("a client")).expect_err("a rejection");
    assert_eq!(rejected.reasons(), [ClientRejection::NoIntrospection]);
    let fits = public().scope("write").build().expect("a client");
    assert_eq!(server.check_client(fits).expect("a checked client").client().id().as_str(), "app");
}

// shows: RFC8252-7.1-01, RFC8252-8.4-05
#[tokio::test]
async fn a_scheme_without_a_period_needs_the_operators_permission() {
    let schemes = PrivateUseSchemes::new(["cursor", "vscode"]).expect("schemes");
    let app = |uris: &[&str]| {
        let client = uris.iter().fold(Client::public("app").scope("scope"), |client, uri| client.redirect_uri(*uri));
        client.build().expect("a client")
    };
    let store = Arc::new(MemoryStore::new());
    let strict = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .grant(AuthorizationCode::new())
        .response_type(Code);
    let lenient = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store.clone())
        .private_use_schemes(schemes)
        .grant(AuthorizationCode::new())
        .response_type(Code);
    let clock = ManualClock::new(START);
    let (strict, lenient) = (Arc::new(strict.clock(clock.clone()).build()), Arc::new(lenient.clock(clock.clone()).build()));

    let uris = ["cursor://anysphere/cb", "myapp:/cb", "VSCODE://x/cb", "com.example.app:/cb", CALLBACK];
    let without_period = |uri: &str| ClientRejection::SchemeWithoutPeriod(uri.into());
    let rejected = strict.check_client(app(&uris)).expect_err("a rejection");
    assert_eq!(rejected.reasons(), ["cursor://anysphere/cb", "myapp:/cb", "VSCODE://x/cb"].map(without_period));
    assert!(rejected.to_string().contains("`myapp:/cb`") && rejected.to_string().contains("`.private_use_schemes(..)`"));
    let rejected = lenient.check_client(app(&uris)).expect_err("a rejection");
    assert_eq!(rejected.reasons(), [without_period("myapp:/cb")]);

    // A store may have it all the same.
    lenient.register_client(app(&["cursor://anysphere/cb", CALLBACK])).await.expect("a registered client");
    let (strict, lenient) = (Peer::new(strict, Approves, clock.clone()), Peer::new(lenient, Approves, clock));
    let request = with(&with(&REQUEST, &PKCE), &[("client_id", "app")]);
    let at = |uri| with(&request, &[("redirect_uri", uri)]);
    let is_granted = |answer: &Answer, at: &str| answer.location().starts_with(at) && answer.query().contains_key("code");
    let granted = lenient.authorize(&at("cursor://anysphere/cb")).await;
    assert!(is_granted(&granted, "cursor://anysphere/cb?"), "{}", granted.location());
    let refused = strict.authorize(&at("cursor://anysphere/cb")).await;
    refused.assert_page(400);
    assert!(refused.body.contains("does not redirect to the scheme"), "{}", refused.body);
    assert!(is_granted(&strict.authorize(&at(CALLBACK)).await, CALLBACK));

    lenient.server.register_client(app(&["cursor:/cb"])).await.expect("a registered client");
    let alone = lacking(&request, "redirect_uri");
    for request in &alone {
        assert!(is_granted(&lenient.authorize(request).await, "cursor:/cb?"));
        strict.authorize(request).await.assert_page(400);
    }
}

#[tokio::test]
async fn registering_again_replaces_the_client_from_the_next_request_on() {
    let peer = fixture().await;
    let request = [("grant_type", "client_credentials")];
    let job = |secret: &ClientSecret| Client::confidential("job", secret).grant_types(["client_credentials"]);
    let replacement = "another-secret-of-more-than-32-characters";
    peer.register(job(&secret())).await;
    peer.post("/token", Some(&basic("job", SECRET)), &request).await.assert_ok();
    peer.register(job(&ClientSecret::parse(replacement).expect("a secret"))).await;
    peer.post("/token", Some(&basic("job", SECRET)), &request).await.assert_error(401, "invalid_client");
    peer.post("/token", Some(&basic("job", replacement)), &request).await.assert_ok();
}

#[tokio::test]
async fn a_registration_that_could_not_be_stored_says_so() {
    let server = legacy_server_on(Hooked::new(Faults::default()), &ManualClock::new(common::START), 0);
    for fault in [Fault::Unavailable, Fault::Failed] {
        server.storage().hook.after(0, fault);
        let refused = server.register_client(public().build().expect("a client")).await;
        let Err(RegisterError::Store(error)) = refused else { panic!("{refused:?}") };
        assert_eq!(matches!(error, StoreError::Unavailable { .. }), fault == Fault::Unavailable);
    }
    server.register_client(public().build().expect("a client")).await.expect("a registration");
}
