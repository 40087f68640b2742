//! Scopes that imply others, with the same value at the server and at its resources.

#[path = "../common/mod.rs"]
mod common;
mod exchanges;
#[path = "../common/jws.rs"]
mod jws;
#[path = "../fetcher/script.rs"]
mod script;
mod strangers;

use bytes::Bytes;
use common::browser::Browser;
use common::{CALLBACK, PKCE, SECRET, START, VERIFIER, form, subject, with};
use grantor::testing::Answer;
use grantor::{
    Approval, AuthorizationCode, AuthorizationPolicy, AuthorizationServer, Challenge, Client, ClientCredentials, ClientSecret,
    Code, Development, LocalVerifier, ManualClock, MemoryStore, OAuth21, Ongoing, RefreshToken, Resource, ResourceIndicators,
    ResourceServer, Resources, Scope, ScopeHierarchy, ServesOAuth, Standing, StillAuthorized, StoreError, TokenClaims, issuer,
};
use http::{Request, header};

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

fn hierarchy() -> ScopeHierarchy {
    ScopeHierarchy::new([("admin", "write audit"), ("write", "read")]).expect("a hierarchy")
}

/// Leaves of what was granted what it is told.
struct Leaves(Standing);

impl AuthorizationPolicy for Leaves {
    async fn standing(&self, _: Ongoing<'_>) -> Result<Standing, StoreError> {
        Ok(self.0.clone())
    }
}

macro_rules! server {
    ($hierarchy:expr, $standing:expr) => {
        AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(ManualClock::new(START))
            .scope_hierarchy($hierarchy)
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(ClientCredentials::new())
            .response_type(Code)
            .enable(ResourceIndicators::new(apis()))
            .enable(StillAuthorized::new(Leaves($standing)))
            .build()
    };
}

fn apis() -> Resources {
    let notes = Resource::new("https://notes.example.com").expect("a resource").scope(scope("read write"));
    let logs = Resource::new("https://logs.example.com").expect("a resource").scope(scope("audit"));
    Resources::new([notes, logs]).expect("resources")
}

fn client(own: &str) -> Client {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("app", &secret).redirect_uri(CALLBACK).scope(own);
    client.grant_types(["authorization_code", "refresh_token", "client_credentials"]).build().expect("a client")
}

async fn post(server: &impl ServesOAuth, pairs: &[(&str, &str)]) -> Answer {
    let body = form(&with(pairs, &[("client_id", "app"), ("client_secret", SECRET)]));
    let request = Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    Answer::from(server.handle(request.body(Bytes::from(body)).expect("a request")).await)
}

/// The scope of the answer, or its error.
fn said(answer: &Answer) -> String {
    let json = answer.json();
    json["scope"].as_str().or(json["error"].as_str()).expect("a scope or an error").to_owned()
}

fn request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("response_type", "code"), ("client_id", "app"), ("redirect_uri", CALLBACK)];
    with(&with(&usual, &PKCE), changes)
}

fn redemption<'a>(code: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER), ("code", code)];
    with(&usual, changes)
}

#[tokio::test]
async fn a_client_may_ask_for_what_its_scope_implies() {
    for (own, asked, expected) in [
        ("admin", "read", "read"),
        ("admin", "write audit", "write audit"),
        ("write", "read write", "read write"),
        ("write", "audit", "invalid_scope"),
        ("read", "write", "invalid_scope"),
    ] {
        let server = server!(hierarchy(), Standing::Stands);
        server.register_client(client(own)).await.expect("registered");
        for _ in 0..2 {
            let answer = post(&server, &[("grant_type", "client_credentials"), ("scope", asked)]).await;
            assert_eq!(said(&answer), expected, "{own}: {asked}");
        }
        let flat = server!(ScopeHierarchy::flat(), Standing::Stands);
        flat.register_client(client(own)).await.expect("registered");
        let answer = post(&flat, &[("grant_type", "client_credentials"), ("scope", asked)]).await;
        let literally = asked.split(' ').all(|token| own.split(' ').any(|its| its == token));
        assert_eq!(said(&answer), if literally { asked } else { "invalid_scope" }, "{own}: {asked}");
    }
}

#[tokio::test]
async fn approving_of_more_approves_of_what_it_implies() {
    for (asked, approved, expected) in [
        ("read", "write", Some("read")),
        ("read write audit", "write", Some("read write")),
        ("audit", "write", None),
        ("admin", "write", None),
    ] {
        let server = server!(hierarchy(), Standing::Stands);
        server.register_client(client("admin")).await.expect("registered");
        let waits = Browser::default().request(&server, &request(&[("scope", asked)])).await;
        let answer = Answer::from(server.complete(waits.approve(Approval::by(subject("alice")).scope(scope(approved)))).await);
        match expected {
            None => answer.assert_redirected_error("access_denied"),
            Some(expected) => {
                assert_eq!(said(&post(&server, &redemption(&answer.code(), &[])).await), expected, "{asked} {approved}");
            }
        }
    }
}

#[tokio::test]
async fn a_refresh_may_ask_for_what_was_implied_and_gets_the_whole_again() {
    let server = server!(hierarchy(), Standing::Stands);
    server.register_client(client("admin")).await.expect("registered");
    let waits = Browser::default().request(&server, &request(&[("scope", "admin")])).await;
    let answer = Answer::from(server.complete(waits.approve(Approval::by(subject("alice")))).await);
    let mut tokens = post(&server, &redemption(&answer.code(), &[])).await;
    for (asked, expected) in
        [(Some("read"), "read"), (Some("write audit"), "write audit"), (None, "admin"), (Some("other"), "invalid_scope")]
    {
        let refresh = tokens.member("refresh_token");
        let mut pairs = vec![("grant_type", "refresh_token"), ("refresh_token", &*refresh)];
        pairs.extend(asked.map(|scope| ("scope", scope)));
        let answer = post(&server, &pairs).await;
        assert_eq!(said(&answer), expected, "{asked:?}");
        if answer.status == 200 {
            tokens = answer;
        }
    }
}

#[tokio::test]
async fn what_is_left_of_a_scope_covers_what_it_implies() {
    for (granted, left, expected) in [
        ("write read", "admin", "write read"),
        ("write read", "write", "write read"),
        ("write read", "read", "read"),
        ("write read", "audit", "invalid_scope"),
        ("admin", "write", "write"),
        ("admin", "audit read", "audit read"),
    ] {
        let server = server!(hierarchy(), Standing::NarrowedTo(scope(left)));
        server.register_client(client("admin")).await.expect("registered");
        let waits = Browser::default().request(&server, &request(&[("scope", granted)])).await;
        let answer = Answer::from(server.complete(waits.approve(Approval::by(subject("alice")))).await);
        let refresh = post(&server, &redemption(&answer.code(), &[])).await.member("refresh_token");
        let answer = post(&server, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await;
        assert_eq!(said(&answer), expected, "{granted}, {left}");
    }
}

/// A resource that has never heard of `admin` gets a token that says what it knows.
#[tokio::test]
async fn a_token_for_a_resource_says_what_that_knows() {
    for (granted, resource, expected) in [
        ("admin", "https://notes.example.com", "read write"),
        ("admin read", "https://notes.example.com", "read write"),
        ("write", "https://notes.example.com", "write"),
        ("admin", "https://logs.example.com", "audit"),
        ("write", "https://logs.example.com", "invalid_target"),
    ] {
        let server = server!(hierarchy(), Standing::Stands);
        server.register_client(client("admin read")).await.expect("registered");
        let mut asked = request(&[("scope", granted)]);
        asked.extend([("resource", "https://notes.example.com"), ("resource", "https://logs.example.com")]);
        let waits = Browser::default().request(&server, &asked).await;
        let answer = Answer::from(server.complete(waits.approve(Approval::by(subject("alice")))).await);
        let code = answer.code();
        let answer = post(&server, &redemption(&code, &[("resource", resource)])).await;
        assert_eq!(said(&answer), expected, "{granted} {resource}");
    }
}

#[tokio::test]
async fn a_resource_counts_what_is_implied() {
    let server = server!(hierarchy(), Standing::Stands);
    server.register_client(client("admin")).await.expect("registered");
    let token = post(&server, &[("grant_type", "client_credentials"), ("scope", "write")]).await.member("access_token");
    let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone()).clock(ManualClock::new(START));
    let flat = ResourceServer::new(verifier);
    let knowing = flat.clone().scope_hierarchy(hierarchy());
    let (parts, ()) =
        Request::get("/").header(header::AUTHORIZATION, format!("Bearer {token}")).body(()).expect("a request").into_parts();
    let error = |answer: Result<TokenClaims, Challenge>| answer.err().and_then(|challenge| challenge.error());
    for (required, of_flat, of_knowing) in [
        ("write", true, true),
        ("read", false, true),
        ("read write", false, true),
        ("audit", false, false),
        ("admin", false, false),
    ] {
        let lacks = |is_good: bool| (!is_good).then_some("insufficient_scope");
        assert_eq!(error(flat.authenticate(&parts, &scope(required)).await), lacks(of_flat), "{required}");
        assert_eq!(error(knowing.authenticate(&parts, &scope(required)).await), lacks(of_knowing), "{required}");
    }
}

/// Whether a person has to be asked again is one question, with one answer.
#[tokio::test]
async fn what_was_agreed_to_covers_what_it_implies_of_the_same_client() {
    let public = |own| {
        let client = Client::public("app").redirect_uri(CALLBACK).scope(own);
        client.grant_types(["authorization_code"]).build().expect("a client")
    };
    let named = |name: &str| {
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("admin").name(name).build().expect("a client")
    };
    let notes = ("resource", "https://notes.example.com");
    let logs = ("resource", "https://logs.example.com");
    for (then, before, now, asked, covered) in [
        (client("admin"), vec![("scope", "admin")], client("admin"), vec![("scope", "read")], true),
        (client("admin"), vec![("scope", "read")], client("admin"), vec![("scope", "read")], true),
        (client("admin"), vec![("scope", "read")], client("admin"), vec![("scope", "write")], false),
        (client("admin"), vec![("scope", "admin"), notes, logs], client("admin"), vec![("scope", "read"), notes], true),
        (client("admin"), vec![("scope", "admin"), notes], client("admin"), vec![("scope", "read audit"), notes, logs], false),
        // Who says the same name may be somebody else.
        (public("admin"), vec![("scope", "admin")], public("admin"), vec![("scope", "read")], false),
        // Somebody looked at it since; and it is what people saw, or not.
        (named("App").unvetted(), vec![("scope", "admin")], named("App"), vec![("scope", "read")], true),
        (named("App").unvetted(), vec![("scope", "admin")], named("Bank"), vec![("scope", "read")], false),
        (named("App"), vec![("scope", "admin")], named("App").unvetted(), vec![("scope", "read")], false),
    ] {
        let server = server!(hierarchy(), Standing::Stands);
        server.register_client(then).await.expect("registered");
        let parameters = |more: &[(&'static str, &'static str)]| [request(&[]), more.to_vec()].concat();
        let waits = Browser::default().request(&server, &parameters(&before)).await;
        let answer = Answer::from(server.complete(waits.approve(Approval::by(subject("alice")).consented())).await);
        assert!(!answer.code().is_empty());
        server.register_client(now).await.expect("registered");
        let waits = Browser::default().request(&server, &parameters(&asked)).await;
        let [record] = &server.authorizations(&subject("alice")).await.expect("a list")[..] else { panic!("one authorization") };
        assert_eq!(waits.is_covered_by(record), covered, "{before:?} {asked:?}");
    }
}
