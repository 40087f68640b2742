//! The typed layer under the HTTP one, and what a crate outside this one can add: a grant, a response type, and switches.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{
    AccessTokenLifetime, AccessTokenStore, Approval, ApprovalContext, AuthorizationCode, AuthorizationCodeStore,
    AuthorizationServer, Call, Client, ClientBuilder, ClientCredentials, ClientRejection, ClientSecret, ClientStore, Code,
    Development, ErrorCode, ExtraParameters, FamilyStore, Grant, Granted, Introspection, ManualClock, MemoryStore, No, OAuth21,
    OAuthError, Parameters, PendingStore, RefreshToken, RefreshTokenStore, RegisterError, Respond, Revocation, ServesOAuth,
    TokenContext, Yes, extension_grant, extension_response_type, issuer,
};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::json;

use crate::common::watched_store::{DRIVER, Failure, WatchedStore};
use crate::common::{self, Answer, CALLBACK, CHALLENGE, Decides, Peer, SECRET, START, VERIFIER, basic, form, subject};

// What follows could be a crate of its own.

/// Exchanges a ticket, `name:number`, for tokens.
pub struct Ticket;
extension_grant!(Ticket = "urn:example:grant:ticket", refresh_tokens: Yes, parameters: ["ticket", "gate"]);

/// The same, and never a refresh token.
pub struct DayTicket;
extension_grant!(DayTicket = "https://example.com/grants/day-ticket", refresh_tokens: No, parameters: ["ticket"]);

const SOLD_OUT: ErrorCode = ErrorCode::extension("sold_out");

fn granted<S>(cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
    let ticket = cx.require("ticket")?;
    if ticket == "none:left" {
        return Err(OAuthError::new(SOLD_OUT, "come back tomorrow"));
    }
    let (name, number) = ticket.split_once(':').ok_or_else(|| cx.invalid_grant("the ticket is torn"))?;
    let seat = Granted::to(subject(name), cx.scope()?).username(name).member("seat", number);
    let seat = seat.map_err(|error| OAuthError::new(ErrorCode::ServerError, error.to_string()))?;
    Ok(seat)
}

impl<S: FamilyStore> Grant<S> for Ticket {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let granted = granted(cx)?.audience(["https://gate.example.com"]).authenticated_at(cx.now());
        let lifetime = AccessTokenLifetime::from_secs(30).expect("a lifetime");
        let granted = granted.access_token_lifetime(lifetime);
        Ok(if cx.parameter("gate").is_some() { granted.without_refresh_token() } else { granted })
    }
}

impl<S: FamilyStore> Grant<S> for DayTicket {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let granted = granted(cx)?;
        // Tries to write what only the core may write, and what is there already.
        let reserved = ["refresh_token", "access_token", "scope", "expires_in", "token_type", "id_token", "error", "seat"];
        for name in reserved.into_iter().chain(["", "a b", "r\u{e9}", "a/b"]) {
            if granted.clone().member(name, "forged").is_ok() {
                return Err(OAuthError::new(ErrorCode::ServerError, name));
            }
        }
        Ok(granted)
    }
}

/// Returns a code, and a receipt of the approval, which it keeps in the storage's own way.
pub struct CodeReceipt;
extension_response_type!(CodeReceipt = "code receipt", code: Yes, access_token: No);

impl<S: AuthorizationCodeStore> Respond<S> for CodeReceipt {
    async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
        let receipt = format!("{} {} {} {}", cx.issuer(), cx.client().id(), cx.subject(), cx.now().as_unix());
        let with = |name: &'static str| {
            ExtraParameters::none().parameter("receipt", "").and_then(|known| known.parameter(name, "forged"))
        };
        // What only the core may write, what is there already, what is no name (RFC 6749 section 8.2).
        let names = ["code", "state", "iss", "scope", "access_token", "error", "refresh_token", "receipt", "", "a b", "r\u{e9}"];
        if let Some(name) = names.into_iter().find(|name| with(name).is_ok()) {
            return Err(OAuthError::new(ErrorCode::ServerError, name));
        }
        ExtraParameters::none().parameter("receipt", receipt).map_err(OAuthError::from)
    }
}

/// Returns nothing but what it says, or an error of its own.
pub struct Receipt;
extension_response_type!(Receipt = "receipt", code: No, access_token: No);

impl<S: Send + Sync> Respond<S> for Receipt {
    async fn extra(&self, cx: &ApprovalContext<'_, S>) -> Result<ExtraParameters, OAuthError> {
        match cx.scope().as_str() {
            "write" => Ok(ExtraParameters::none().parameter("state", "forged")?),
            "read write" => Err(OAuthError::new(SOLD_OUT, "no paper left")),
            _ => Ok(ExtraParameters::none().parameter("submit", cx.subject().as_str())?),
        }
    }
}

// The server that uses it.

type Grants = (AuthorizationCode, RefreshToken, Option<Ticket>, Option<DayTicket>, Option<ClientCredentials>);
type Server<S = MemoryStore> =
    AuthorizationServer<S, Grants, (Code, CodeReceipt, Option<Receipt>), Features, Development<OAuth21>>;
type Features = (Option<Introspection>, Option<Revocation>);

fn server<S>(store: S, clock: &ManualClock, on: bool) -> Server<S>
where
    S: ClientStore + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + PendingStore,
{
    AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(on.then_some(Ticket))
        .grant(on.then_some(DayTicket))
        .grant(on.then(ClientCredentials::new))
        .response_type(Code)
        .response_type(CodeReceipt)
        .response_type(on.then_some(Receipt))
        .enable(on.then(Introspection::new))
        .enable(on.then(Revocation::new))
        .build()
}

const TICKET: &str = "urn:example:grant:ticket";
const DAY_TICKET: &str = "https://example.com/grants/day-ticket";

fn client() -> ClientBuilder {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let client = Client::confidential("app", &secret).redirect_uri(CALLBACK).scope("read write");
    let grants = ["authorization_code", "refresh_token", TICKET, DAY_TICKET, "client_credentials"];
    client.grant_types(grants).response_types(["code", "receipt code", "receipt"])
}

async fn peer(on: bool) -> Peer<Server, Decides> {
    let clock = ManualClock::new(START);
    let server = server(MemoryStore::new(), &clock, on);
    server.register_client(client().build().expect("a client")).await.expect("a registration");
    Peer::new(server, Decides(|request| request.approve(Approval::by(subject("alice")))), clock)
}

async fn token<Sv: ServesOAuth>(peer: &Peer<Sv, Decides>, pairs: &[(&str, &str)]) -> Answer
where
    Decides: grantor::Interaction<Sv>,
{
    peer.post("/token", Some(&basic("app", SECRET)), pairs).await
}

fn headers(authorization: &str) -> HeaderMap {
    HeaderMap::from_iter([(http::header::AUTHORIZATION, authorization.parse().expect("a header"))])
}

#[tokio::test]
async fn a_token_request_can_be_answered_without_our_http() {
    let peer = peer(true).await;
    let body = form(&[("grant_type", "client_credentials"), ("scope", "read")]);
    let parameters = Parameters::parse(body.as_bytes()).expect("parameters");
    let headers = headers(&basic("app", SECRET));
    let response = peer.server.token().exchange(Call::new(&Method::POST, &headers, &parameters)).await.expect("tokens");
    assert_eq!((response.expires_in(), response.scope().as_str(), response.refresh_token()), (600, "read", None));
    let json = serde_json::to_value(&response).expect("JSON");
    let expected = json!({
        "access_token": response.access_token(), "token_type": "Bearer", "expires_in": 600, "scope": "read",
    });
    assert_eq!(json, expected);
    assert!(!format!("{response:?}").contains(response.access_token()));
}

#[tokio::test]
async fn the_errors_of_the_typed_layer_have_code_status_and_description() {
    let store = WatchedStore::default();
    let server = server(store.clone(), &ManualClock::new(START), true);
    server.register_client(client().build().expect("a client")).await.expect("a registration");
    let right = basic("app", SECRET);
    for (authorization, body, code, status) in [
        (&*right, "", ErrorCode::InvalidRequest, 400),
        (&*right, "grant_type=", ErrorCode::InvalidRequest, 400),
        (&*right, "grant_type=client_credentials&grant_type=", ErrorCode::InvalidRequest, 400),
        (&*right, "grant_type=client_credentials&scope=read&scope=read", ErrorCode::InvalidRequest, 400),
        (&*right, "grant_type=password", ErrorCode::UnsupportedGrantType, 400),
        (&*right, "grant_type=client_credentials&scope=admin", ErrorCode::InvalidScope, 400),
        ("Basic x", "grant_type=client_credentials", ErrorCode::InvalidClient, 401),
        (&*right, "grant_type=urn:example:grant:ticket&ticket=none:left", SOLD_OUT, 400),
    ] {
        let parameters = Parameters::parse(body.as_bytes()).expect("parameters");
        let headers = headers(authorization);
        let error = server.token().exchange(Call::new(&Method::POST, &headers, &parameters)).await.expect_err(body);
        assert_eq!((error.code(), error.status().as_u16()), (code, status), "{body}");
        assert!(!error.description().is_empty());
    }
    store.fail("begin_family", Failure::Broken);
    let parameters = Parameters::parse(b"grant_type=client_credentials").expect("parameters");
    let headers = headers(&right);
    let error = server.token().exchange(Call::new(&Method::POST, &headers, &parameters)).await.expect_err("no storage");
    assert_eq!((error.code(), error.description().contains(DRIVER)), (ErrorCode::ServerError, false));
}

// shows: RFC9700-4.14.2-03
#[tokio::test]
async fn an_extension_grant_decides_and_the_core_issues() {
    let peer = peer(true).await;
    let answer = token(&peer, &[("grant_type", TICKET), ("ticket", "alice:7"), ("scope", "write")]).await;
    answer.assert_ok();
    let json = answer.json();
    assert_eq!((&json["seat"], &json["scope"], &json["expires_in"]), (&json!("7"), &json!("write"), &json!(30)));
    let own = basic("app", SECRET);
    let claims = peer.post("/introspect", Some(&own), &[("token", &answer.member("access_token"))]).await.json();
    let told = ["sub", "username", "aud", "scope", "exp"].map(|name| claims[name].clone());
    let expires_at = START.as_unix() + 30;
    assert_eq!(told, [json!("alice"), json!("alice"), json!("https://gate.example.com"), json!("write"), json!(expires_at)]);

    let refreshing = [("grant_type", "refresh_token"), ("refresh_token", &*answer.member("refresh_token"))];
    let refreshed = token(&peer, &refreshing).await;
    refreshed.assert_ok();
    let claims = peer.post("/introspect", Some(&own), &[("token", &refreshed.member("access_token"))]).await.json();
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("alice"), &json!("https://gate.example.com")));
}

#[tokio::test]
async fn the_parameters_of_an_extension_grant_are_held_to_the_rules_of_all_parameters() {
    let peer = peer(true).await;
    let base = form(&[("grant_type", TICKET), ("ticket", "alice:7")]);
    let send = async |more: &str| {
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("authorization", basic("app", SECRET));
        peer.send(request.body(Bytes::from(base.clone() + more)).expect("a request")).await
    };
    for repeated in ["&ticket=bob:8", "&ticket=", "&gate=1&gate=1"] {
        let answer = send(repeated).await;
        answer.assert_error(400, "invalid_request");
        let name = if repeated.contains("gate") { "gate" } else { "ticket" };
        assert!(answer.member("error_description").contains(name));
    }
    send("&turnstile=1&turnstile=2").await.assert_ok();
    for (ticket, code) in [("", "invalid_request"), ("torn", "invalid_grant"), ("none:left", "sold_out")] {
        token(&peer, &[("grant_type", TICKET), ("ticket", ticket)]).await.assert_error(400, code);
    }
    token(&peer, &[("grant_type", TICKET)]).await.assert_error(400, "invalid_request");
    let scoped = [("grant_type", TICKET), ("ticket", "alice:7"), ("scope", "admin")];
    token(&peer, &scoped).await.assert_error(400, "invalid_scope");
    // Declared by a grant, so also nobody else's request may repeat it.
    let twice = [("grant_type", "client_credentials"), ("ticket", "a"), ("ticket", "a")];
    token(&peer, &twice).await.assert_error(400, "invalid_request");
}

// shows: RFC6749-8.2-01
#[tokio::test]
async fn a_grant_that_says_no_refresh_tokens_never_yields_one() {
    let peer = peer(true).await;
    let day = token(&peer, &[("grant_type", DAY_TICKET), ("ticket", "alice:7")]).await;
    day.assert_ok();
    let has_refresh_token = |answer: &Answer| answer.json().get("refresh_token").is_some();
    assert!(!has_refresh_token(&day));
    let ticket = [("grant_type", TICKET), ("ticket", "alice:7")];
    assert!(has_refresh_token(&token(&peer, &ticket).await));
    assert!(!has_refresh_token(&token(&peer, &common::with(&ticket, &[("gate", "north")])).await));
    // Nor does one whose client has no use for it.
    let without = client().grant_types(["authorization_code", TICKET]).build().expect("a client");
    peer.server.register_client(without).await.expect("a registration");
    assert!(!has_refresh_token(&token(&peer, &ticket).await));
    token(&peer, &[("grant_type", DAY_TICKET), ("ticket", "alice:7")]).await.assert_error(400, "unauthorized_client");
}

#[tokio::test]
async fn grants_are_switched_on_and_off_at_run_time() {
    for on in [true, false] {
        let peer = peer(on).await;
        for (grant_type, more) in
            [(TICKET, ("ticket", "a:1")), (DAY_TICKET, ("ticket", "a:1")), ("client_credentials", ("x", "y"))]
        {
            let answer = token(&peer, &[("grant_type", grant_type), more]).await;
            match on {
                true => answer.assert_ok(),
                false => answer.assert_error(400, "unsupported_grant_type"),
            }
        }
        let advertised = peer.server.metadata().document().grant_types_supported;
        let always = ["authorization_code", "refresh_token"];
        let switched = [TICKET, DAY_TICKET, "client_credentials"];
        assert_eq!(advertised, always.into_iter().chain(switched.into_iter().filter(|_| on)).collect::<Vec<_>>());
    }
}

/// What is switched off is not there, by whatever way it is asked for.
#[tokio::test]
async fn features_are_switched_on_and_off_at_run_time() {
    for on in [true, false] {
        let peer = peer(on).await;
        let metadata = peer.server.metadata().document();
        assert_eq!((metadata.introspection_endpoint.is_some(), metadata.revocation_endpoint.is_some()), (on, on));
        let expected = if on { StatusCode::OK } else { StatusCode::NOT_FOUND };
        for path in ["/introspect", "/revoke"] {
            assert_eq!(peer.server.route_of(path).is_some(), on);
            assert_eq!(peer.server.paths().contains(&path.to_owned()), on);
            assert_eq!(peer.post(path, Some(&basic("app", SECRET)), &[("token", "x")]).await.status, expected, "{path}");
        }
        let asked = || {
            let request = Request::post("/").header("authorization", basic("app", SECRET));
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            request.body(Bytes::from_static(b"token=x")).expect("a request")
        };
        assert_eq!(peer.server.introspection().handle(asked()).await.status(), expected);
        assert_eq!(peer.server.revocation().handle(asked()).await.status(), expected);
    }
}

#[tokio::test]
async fn response_types_without_a_grant_are_switched_on_and_off_at_run_time() {
    let peer = peer(false).await;
    assert_eq!(peer.server.metadata().document().response_types_supported, ["code", "code receipt"]);
    let sent = peer.authorize(&request("receipt", &[("scope", "read")])).await.query();
    assert_eq!((&*sent["error"], &*sent["state"]), ("unsupported_response_type", "xyz"));
    assert!(peer.authorize(&request("code receipt", &[("scope", "read")])).await.query().contains_key("code"));
}

fn request<'a>(response_type: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let base = [
        ("response_type", response_type),
        ("client_id", "app"),
        ("redirect_uri", CALLBACK),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    common::with(&base, more)
}

// shows: RFC6749-8.2-01
#[tokio::test]
async fn an_extension_response_type_answers_in_any_word_order_and_writes_nothing_of_the_cores() {
    let peer = peer(true).await;
    for response_type in ["code receipt", "receipt code"] {
        let answer = peer.authorize(&request(response_type, &[("scope", "read")])).await;
        let sent = answer.query();
        let receipt = format!("https://as.example.com app alice {}", START.as_unix());
        assert_eq!((&*sent["receipt"], &*sent["state"], &*sent["scope"]), (&*receipt, "xyz", "read"));
        assert_eq!(sent["iss"], "https://as.example.com");
        assert!(!answer.location().contains("forged"));
        let mut names: Vec<&str> = sent.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["code", "iss", "receipt", "scope", "state"]);
        let redemption = [("grant_type", "authorization_code"), ("code", &*sent["code"]), ("redirect_uri", CALLBACK)];
        token(&peer, &common::with(&redemption, &[("code_verifier", VERIFIER)])).await.assert_ok();
    }
    // A response type with a code is held to PKCE, also if it is not ours.
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(peer.authorize(&request("code receipt", &without)).await.query()["error"], "invalid_request");
    assert_eq!(peer.authorize(&request("receipt", &without)).await.query()["error"], "sold_out");
    let supported = peer.server.metadata().document().response_types_supported;
    assert_eq!(supported, ["code", "code receipt", "receipt"]);
}

#[tokio::test]
async fn an_extension_response_type_may_answer_without_code_or_with_an_error_of_its_own() {
    let peer = peer(true).await;
    let sent = peer.authorize(&request("receipt", &[("scope", "read")])).await.query();
    assert_eq!((sent.len(), &*sent["submit"], &*sent["state"]), (3, "alice", "xyz"));
    let sent = peer.authorize(&request("receipt", &[("scope", "read write")])).await.query();
    assert_eq!((&*sent["error"], &*sent["error_description"], &*sent["state"]), ("sold_out", "no paper left", "xyz"));
    let sent = peer.authorize(&request("receipt", &[("scope", "write")])).await.query();
    assert_eq!((&*sent["error"], &*sent["state"], sent["error_description"].contains("state")), ("server_error", "xyz", false));
    // An input of the name `submit` hides the method of the form from scripts that do not expect it.
    let answer = peer.authorize(&request("receipt", &[("scope", "read"), ("response_mode", "form_post")])).await;
    let form = common::html_form::Form::read(&answer.body);
    assert_eq!((form.input("submit"), &*form.script), ("alice", "HTMLFormElement.prototype.submit.call(document.forms[0])"));
}

#[tokio::test]
async fn a_client_of_an_extension_that_is_not_enabled_is_refused_when_it_is_registered() {
    let server = server(Arc::new(MemoryStore::new()), &ManualClock::new(START), true);
    let grants = ["authorization_code", "urn:example:grant:tickets"];
    let other = client().grant_types(grants).response_types(["code", "code receipts"]).build().expect("a client");
    let Err(RegisterError::Rejected(rejected)) = server.register_client(other).await else { panic!("registered") };
    let reasons = [
        ClientRejection::UnknownGrantType("urn:example:grant:tickets".to_owned()),
        ClientRejection::UnknownResponseType("code receipts".to_owned()),
    ];
    assert_eq!(rejected.reasons(), reasons);
}
