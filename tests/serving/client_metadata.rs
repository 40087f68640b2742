//! Client metadata (RFC 7591 section 2): every member is enforced or kept and returned, whichever way it comes; what cannot be
//! registered is refused.

use grantor::{
    AccessTokenLifetime, ApplicationType, Client, ClientBuilder, ClientError, ClientMetadata, ClientSecret, JwksError,
    LocalizedMember, ManualClock, MemoryStore, RedirectUriError, RefreshTokenLifetime, ScopeError, SubjectType,
};
use serde_json::{Value, json};

use crate::common::{Approves, CALLBACK, Peer, SECRET, START, legacy_server_on};

/// Every member, and some that nobody knows.
fn everything() -> Value {
    json!({
        "client_id": "app", "client_secret": SECRET, "client_secret_expires_at": 0,
        "token_endpoint_auth_method": "client_secret_post",
        "redirect_uris": [CALLBACK, "http://127.0.0.1/cb"], "application_type": "native",
        "grant_types": ["authorization_code", "implicit"], "response_types": ["code", "code token"],
        "scope": "read write", "default_scope": "read",
        "client_name": "My app", "client_name#de": "Meine App", "client_name#ja-Jpan-JP": "クライアント名",
        "client_uri": "https://app.example.com", "logo_uri": "https://app.example.com/logo.png",
        "tos_uri": "https://app.example.com/terms", "policy_uri": "https://app.example.com/privacy",
        "policy_uri#de": "https://app.example.com/datenschutz", "contacts": ["ops@app.example.com"],
        "software_id": "4NRB1-0XZABZI9E6-5SM3R", "software_version": "2.1",
        "introspection_signed_response_alg": "ES256",
        "id_token_signed_response_alg": "ES384", "userinfo_signed_response_alg": "PS256", "subject_type": "public",
        "default_max_age": 60, "require_auth_time": true, "default_acr_values": ["a", "b"],
        "initiate_login_uri": "https://app.example.com/login?x=y", "scope_claims_in_id_token": true,
        "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "f83", "y": "x_F", "kid": "1", "later": null}], "later": true},
        "introspection": "any", "audience": ["https://api.example.com"],
        "access_token_lifetime": 120, "refresh_token_lifetime": 7200,
        "sector_identifier_uri": "https://app.example.com/sectors",
        "post_logout_redirect_uris": ["https://app.example.com/bye"],
        "backchannel_logout_uri": "https://app.example.com/out?a=b", "backchannel_logout_session_required": true, "client_name_": "x", "scope#de": "x",
    })
}

/// Those that are not kept with what was registered: they are the identifier and the credentials, or unknown.
const NOT_REGISTERED: [&str; 6] =
    ["client_id", "client_secret", "client_secret_expires_at", "token_endpoint_auth_method", "client_name_", "scope#de"];

fn read(metadata: &Value) -> Result<Client, ClientError> {
    Client::try_from(serde_json::from_value::<ClientMetadata>(metadata.clone()).expect("metadata"))
}

/// A public client with more members.
fn public(more: &Value) -> Value {
    let mut members = json!({"client_id": "app", "token_endpoint_auth_method": "none", "redirect_uris": [CALLBACK]});
    members.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    members
}

fn registered(client: &Client) -> Value {
    serde_json::to_value(client.registered()).expect("JSON")
}

#[test]
fn every_member_that_is_known_is_kept_and_returned_as_it_was() {
    let mut expected = everything();
    let client = read(&expected).expect("a client");
    NOT_REGISTERED.iter().for_each(|name| drop(expected.as_object_mut().expect("an object").remove(*name)));
    assert_eq!(registered(&client), expected);
    // Through a store too.
    let stored = Client::from_json(&client.to_json().expect("a text")).expect("a client");
    assert_eq!(registered(&stored), expected);
    // And whoever reads a file reads what another registered.
    let again = public(&expected);
    assert_eq!(
        registered(
            &read(&json!({"client_secret": SECRET, "token_endpoint_auth_method": null}).merged(&again)).expect("a client")
        ),
        expected
    );
}

trait Merged {
    fn merged(&self, base: &Value) -> Value;
}

impl Merged for Value {
    fn merged(&self, base: &Value) -> Value {
        let mut base = base.clone();
        base.as_object_mut().expect("an object").extend(self.as_object().expect("an object").clone());
        base
    }
}

#[test]
fn the_builder_registers_the_same() {
    let keys = everything()["jwks"].clone();
    let built = Client::confidential("app", &ClientSecret::parse(SECRET).expect("a secret"))
        .redirect_uri(CALLBACK)
        .redirect_uri("http://127.0.0.1/cb")
        .application_type(ApplicationType::Native)
        .grant_types(["authorization_code", "implicit"])
        .response_types(["code", "token code"])
        .scope("read write")
        .default_scope("read")
        .name("My app")
        .localized(LocalizedMember::ClientName, Some("de"), "Meine App")
        .localized(LocalizedMember::ClientName, Some("ja-Jpan-JP"), "クライアント名")
        .localized(LocalizedMember::ClientUri, None, "https://app.example.com")
        .localized(LocalizedMember::LogoUri, None, "https://app.example.com/logo.png")
        .localized(LocalizedMember::TosUri, None, "https://app.example.com/terms")
        .localized(LocalizedMember::PolicyUri, None, "https://app.example.com/privacy")
        .localized(LocalizedMember::PolicyUri, Some("de"), "https://app.example.com/datenschutz")
        .contact("ops@app.example.com")
        .software("4NRB1-0XZABZI9E6-5SM3R", "2.1")
        .introspection_signed_response_alg("ES256")
        .jwks(keys.clone())
        .introspection_signed_response_alg("ES256")
        .id_token_signed_response_alg("ES384")
        .userinfo_signed_response_alg("PS256")
        .subject_type(SubjectType::Public)
        .default_max_age(60)
        .require_auth_time()
        .default_acr_values(["a", "b"])
        .initiate_login_uri("https://app.example.com/login?x=y")
        .scope_claims_in_id_token()
        .sector_identifier_uri("https://app.example.com/sectors")
        .post_logout_redirect_uri("https://app.example.com/bye")
        .backchannel_logout_uri("https://app.example.com/out?a=b")
        .backchannel_logout_session_required()
        .introspects_any_token()
        .audience("https://api.example.com")
        .access_token_lifetime(AccessTokenLifetime::from_secs(120).expect("a lifetime"))
        .refresh_token_lifetime(RefreshTokenLifetime::from_secs(7200).expect("a lifetime"))
        .build()
        .expect("a client");
    assert_eq!(registered(&built), registered(&read(&everything()).expect("a client")));

    assert_eq!((built.application_type(), built.jwks(), built.jwks_uri()), (Some(ApplicationType::Native), Some(&keys), None));
    assert_eq!((built.software_id(), built.software_version()), (Some("4NRB1-0XZABZI9E6-5SM3R"), Some("2.1")));
    assert!(built.contacts().eq(["ops@app.example.com"]));
    assert_eq!(built.localized(LocalizedMember::TosUri).plain(), Some("https://app.example.com/terms"));
}

/// What is not served is not ignored: the client would count on it.
// shows: OIDC-REG-2-32, OIDC-REG-2-34
#[test]
fn members_of_openid_registration_that_are_not_served_are_refused() {
    for (more, expected) in [
        (json!({"subject_type": "private"}), "`subject_type` must be"),
        (
            json!({"subject_type": "pairwise", "redirect_uris": [CALLBACK, "https://other.example.com/"]}),
            "needs redirect URIs on one host",
        ),
        (json!({"id_token_encrypted_response_alg": "RSA-OAEP"}), "nothing is encrypted"),
        (json!({"userinfo_encrypted_response_alg": "RSA-OAEP"}), "nothing is encrypted"),
        (json!({"response_types": ["code", "id_token"]}), "`id_token` and the grant type `implicit` go together"),
    ] {
        let error = read(&public(&more)).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
    for uri in ["http://app.example.com/sectors", "https://app.example.com/sectors#x", "app:/sectors", ""] {
        let error = read(&public(&json!({"sector_identifier_uri": uri}))).expect_err("refused").to_string();
        assert!(error.contains("`sector_identifier_uri` must be an https URL"), "{error}");
    }
    for uri in ["http://app.example.com/login", "https://app.example.com/login#x", "app:/login", ""] {
        let error = read(&public(&json!({"initiate_login_uri": uri}))).expect_err("refused").to_string();
        assert!(error.contains("`initiate_login_uri` must be an https URL"), "{error}");
    }
    let pairwise = read(&public(&json!({"subject_type": "pairwise"}))).expect("a client");
    assert_eq!(registered(&pairwise)["subject_type"], "pairwise");
}

/// OpenID Connect Core section 4.
#[test]
fn a_login_can_be_begun_from_elsewhere() {
    let client = read(&everything()).expect("a client");
    let issuer = grantor::issuer!("https://as.example.com");
    let url = client.login_url(&issuer, Some("al&ice"), Some("https://app.example.com/a?b")).expect("a URL");
    let pairs = "x=y&iss=https%3A%2F%2Fas.example.com&login_hint=al%26ice&target_link_uri=https%3A%2F%2Fapp.example.com%2Fa%3Fb";
    assert_eq!(url, format!("https://app.example.com/login?{pairs}"));
    assert_eq!(read(&public(&json!({}))).expect("a client").login_url(&issuer, None, None), None);
}

/// RFC 7591 section 2.2, and RFC 4647 section 3.4 for the look-up.
// shows: RFC7591-2-11, RFC7591-2.2-01, RFC7591-2.2-03, RFC7591-2.2-06, OIDC-REG-2.1-01, OIDC-REG-2.1-03
#[test]
fn people_are_shown_a_client_in_their_language() {
    let names = public(&json!({"client_name": "Plain", "client_name#de": "Deutsch", "client_name#zh-Hant": "繁體"}));
    let client = read(&names).expect("a client");
    let name = client.localized(LocalizedMember::ClientName);
    for (language, shown) in [
        ("de", "Deutsch"),
        ("DE", "Deutsch"),
        ("de-CH-1996", "Deutsch"),
        ("zh-Hant-TW", "繁體"),
        ("zh", "Plain"),
        ("d", "Plain"),
        ("fr", "Plain"),
        ("", "Plain"),
    ] {
        assert_eq!(name.in_language(language), Some(shown), "{language}");
    }
    assert!(name.languages().eq(["de", "zh-Hant"]));
    assert_eq!((client.name(), client.localized(LocalizedMember::LogoUri).in_language("de")), ("Plain", None));
    // Without one for everybody, the identifier.
    assert_eq!(read(&public(&json!({"client_name#de": "Deutsch", "client_name": " "}))).expect("a client").name(), "app");
}

#[test]
fn what_cannot_be_registered_is_refused_and_says_why() {
    let key = |more: Value| json!({"jwks": {"keys": [more.merged(&json!({"kty": "EC"}))]}});
    let mut cases = vec![
        (
            json!({"redirect_uris": ["https://app.example.com/", "http://app.example.com/"]}),
            ClientError::RedirectUri { uri: "http://app.example.com/".to_owned(), error: RedirectUriError::InsecureHttp },
        ),
        (json!({"scope": "a  b"}), ClientError::Scope(ScopeError::EmptyToken)),
        (json!({"default_scope": "a\\"}), ClientError::Scope(ScopeError::Character)),
        (json!({"scope": "a", "default_scope": "b"}), ClientError::DefaultScope),
        (json!({"application_type": "desktop"}), ClientError::ApplicationType),
        (json!({"client_name#": "x"}), ClientError::LanguageTag("client_name")),
        (json!({"tos_uri#1de": "https://app.example.com"}), ClientError::LanguageTag("tos_uri")),
        (json!({"client_name#de#at": "x"}), ClientError::LanguageTag("client_name")),
        (json!({"client_name#abcdefghi": "x"}), ClientError::LanguageTag("client_name")),
        (json!({"jwks_uri": "http://app.example.com/jwks"}), ClientError::Keys(JwksError::Uri)),
        (json!({"jwks_uri": "https://app.example.com/jwks#1"}), ClientError::Keys(JwksError::Uri)),
        (json!({"jwks_uri": "https://user@app.example.com/jwks"}), ClientError::Keys(JwksError::Uri)),
        (
            json!({"jwks": {"keys": [{"kty": "EC"}]}, "jwks_uri": "https://app.example.com/jwks"}),
            ClientError::Keys(JwksError::Both),
        ),
    ];
    for set in [
        json!([]),
        json!("x"),
        json!({}),
        json!({"keys": []}),
        json!({"keys": {}}),
        json!({"keys": ["x"]}),
        json!({"keys": [{"kty": 1}]}),
    ] {
        cases.push((json!({"jwks": set}), ClientError::Keys(JwksError::NotASet)));
    }
    for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        cases.push((key(json!({secret: "hunter2"})), ClientError::Keys(JwksError::SecretKey)));
    }
    for page in ["client_uri", "logo_uri", "tos_uri", "policy_uri"] {
        for uri in
            ["javascript:alert(1)", "data:text/html,x", "/terms", "app.example.com", "https://a b", "ftp://app.example.com"]
        {
            cases.push((json!({page: uri}), ClientError::WebPage(page)));
            cases.push((json!({format!("{page}#de"): uri}), ClientError::WebPage(page)));
        }
    }
    for (more, expected) in cases {
        let error = read(&public(&more)).expect_err("an error");
        assert_eq!(error, expected, "{more}");
        assert!(!error.to_string().contains("hunter2"));
    }
    read(&public(&key(json!({"kid": "1"})))).expect("a public key");
    read(&public(&json!({"client_uri": "http://app.example.com/#about"}))).expect("a page");
}

/// One parser would take the first, another the last.
#[test]
fn no_member_occurs_twice() {
    for (name, value) in everything().as_object().expect("an object") {
        if NOT_REGISTERED[4..].contains(&&**name) {
            continue;
        }
        let once = format!("{}:{value}", json!(name));
        let id = if name == "client_id" { "" } else { r#""client_id":"app","# };
        let again =
            if name.contains('#') { once.replacen("#ja-Jpan-JP", "#JA-jpan-jp", 1) } else { format!("{}:null", json!(name)) };
        assert!(serde_json::from_str::<ClientMetadata>(&format!("{{{id}{once}}}")).is_ok(), "{name}");
        let error = serde_json::from_str::<ClientMetadata>(&format!("{{{id}{once},{again}}}")).expect_err(name);
        assert!(error.to_string().contains("duplicate field") && error.line() == 1, "{error}");
    }
}

/// Whoever looks for the mistake in a file is told the line.
#[test]
fn a_mistake_has_a_place() {
    let text = "{\n\"client_id\": \"app\",\n\"redirect_uris\": \"https://app.example.com\"\n}";
    let error = serde_json::from_str::<ClientMetadata>(text).expect_err("an error");
    assert_eq!(error.line(), 3, "{error}");
}

// ---- application_type ----------------------------------------------------------------------------------------------------

async fn peer() -> Peer {
    let clock = ManualClock::new(START);
    Peer::new(legacy_server_on(MemoryStore::new(), &clock, 0), Approves, clock)
}

/// Where a request with this redirect URI ends.
async fn goes_to(kind: Option<ApplicationType>, requested: &str) -> bool {
    let peer = peer().await;
    let client = Client::public("app").redirect_uri("http://127.0.0.1:8080/cb").redirect_uri(CALLBACK).scope("read");
    peer.register(kind.map_or(client.clone(), |kind| client.application_type(kind))).await;
    let answer = peer.authorize(&[("client_id", "app"), ("response_type", "code"), ("redirect_uri", requested)]).await;
    answer.location().starts_with(requested)
}

/// Any port of a loopback host is for native applications (RFC 8252 section 7.3); an application that says it is on the web has
/// none.
// shows: OIDC-REG-2-02
#[tokio::test]
async fn an_explicit_web_application_has_no_other_port() {
    for (kind, any_port) in [(None, true), (Some(ApplicationType::Native), true), (Some(ApplicationType::Web), false)] {
        assert_eq!(goes_to(kind, "http://127.0.0.1:9090/cb").await, any_port, "{kind:?}");
        assert!(goes_to(kind, "http://127.0.0.1:8080/cb").await && goes_to(kind, CALLBACK).await, "{kind:?}");
    }
}

/// OpenID Connect Registration section 2.
// shows: OIDC-REG-2-07, OIDC-REG-2-08
#[test]
fn a_web_application_with_the_implicit_grant_comes_back_to_https() {
    let implicit = |uri: &str, kind: Option<ApplicationType>| -> Result<Client, ClientError> {
        let client: ClientBuilder = Client::public("app").redirect_uri(CALLBACK).redirect_uri(uri).grant_types(["implicit"]);
        let client = client.response_types(["token"]);
        kind.map_or(client.clone(), |kind| client.application_type(kind)).build()
    };
    for uri in
        ["http://127.0.0.1/cb", "http://localhost:3000/cb", "https://localhost/cb", "https://[::1]/cb", "com.example.app:/cb"]
    {
        assert_eq!(implicit(uri, Some(ApplicationType::Web)).expect_err(uri), ClientError::WebRedirectUri);
        implicit(uri, Some(ApplicationType::Native)).expect(uri);
        implicit(uri, None).expect(uri);
    }
    implicit("https://app.example.com/other", Some(ApplicationType::Web)).expect("https");
    let code = Client::public("app").redirect_uri("http://localhost/cb").application_type(ApplicationType::Web);
    code.build().expect("with the code grant a page of the developer's machine is enough");
}
