//! Grants with the names of the library's own, and a response type that returns an access token, written outside of it: what decides is the
//! user's, and the names keep what they promise.

use grantor::{
    AuthorizationCodeStore, AuthorizationServer, Client, Code, Development, ErrorCode, FamilyStore, Grant, GrantType, Granted,
    Implicit, Introspection, ManualClock, MemoryStore, No, OAuth21, OAuthError, Redeem, RefreshTokenStore, Respond, Rfc6749,
    Rotate, TokenContext, Yes, extension_response_type, issuer, wire_name,
};
use serde_json::json;

use crate::common::SentBack as _;
use crate::common::{self, Approves, CALLBACK, PKCE, Peer, REQUEST, START, redemption, with};

/// A member of the response, by which it is seen who decided.
fn said<W>(granted: Granted<W>, by: &'static str) -> Result<Granted<W>, OAuthError> {
    granted.member("by", by).map_err(|error| OAuthError::new(ErrorCode::ServerError, error.to_string()))
}

/// Redeems codes, and says that it did.
struct Codes;
wire_name!(Codes = "authorization_code");

impl GrantType for Codes {
    type Step = Redeem;
    type IssuesRefreshTokens = Yes;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

impl<S: AuthorizationCodeStore> Grant<S> for Codes {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Redeem>, OAuthError> {
        said(cx.code().await?.grant(), "codes")
    }
}

/// Refreshes by the same steps, but never for `write`.
struct Refreshes;
wire_name!(Refreshes = "refresh_token");

impl GrantType for Refreshes {
    type Step = Rotate;
    type IssuesRefreshTokens = No;
    type RequiresPkce = Yes;
    type AcceptsPlainPkce = No;
}

impl<S: RefreshTokenStore> Grant<S> for Refreshes {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted<Rotate>, OAuthError> {
        let presented = cx.refresh_token().await?;
        if cx.parameter("scope") == Some("write") {
            return Err(cx.invalid_grant("not today"));
        }
        said(presented.grant(cx.parameter("scope"))?, "refreshes")
    }
}

type Own = AuthorizationServer<MemoryStore, (Codes, Refreshes), (Code,), (Introspection,), Development<OAuth21>>;

async fn peer() -> Peer<Own> {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(Codes)
        .grant(Refreshes)
        .response_type(Code)
        .enable(Introspection::new())
        .build();
    let secret = grantor::ClientSecret::parse(common::SECRET).expect("a secret");
    let app = Client::public("pub").redirect_uri(CALLBACK).scope("scope read write");
    let app = app.grant_types(["authorization_code", "refresh_token"]);
    let api = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    for client in [app, api] {
        server.register_client(client.build().expect("a client")).await.expect("a registration");
    }
    Peer::new(server, Approves, clock)
}

#[tokio::test]
async fn a_code_grant_of_ones_own_does_not_do_without_pkce() {
    let peer = peer().await;
    peer.authorize(&REQUEST).await.assert_query_error("invalid_request");
    let plain = [("code_challenge", common::VERIFIER), ("code_challenge_method", "plain")];
    peer.authorize(&with(&REQUEST, &plain)).await.assert_query_error("invalid_request");
    assert_eq!(peer.server.metadata().document().code_challenge_methods_supported, ["S256"]);

    let code = peer.code_for(&with(&REQUEST, &PKCE)).await;
    for lacking in common::lacking(&redemption(&code), "code_verifier") {
        peer.token(&lacking).await.assert_error(400, "invalid_grant");
    }
    peer.token(&with(&redemption(&code), &[("code_verifier", common::CHALLENGE)])).await.assert_error(400, "invalid_grant");
    peer.token(&with(&redemption(&code), &[("redirect_uri", "https://evil.example.com/")]))
        .await
        .assert_error(400, "invalid_grant");
    let redeemed = peer.redeem(&code).await;
    redeemed.assert_ok();
    assert_eq!(redeemed.member("by"), "codes");
    // Once: who brings it again takes back what came of it.
    assert!(peer.is_active(&redeemed.member("access_token")).await);
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&redeemed.member("access_token")).await);
}

#[tokio::test]
async fn a_refresh_grant_of_ones_own_rotates() {
    let peer = peer().await;
    let (access_token, first) = peer.tokens().await;
    // What the grant refuses costs the client nothing.
    let write = with(&common::refreshing(&first), &[("scope", "write")]);
    peer.token(&write).await.assert_error(400, "invalid_grant");
    assert!(peer.is_active(&access_token).await);

    let refreshed = peer.refresh(&first).await;
    refreshed.assert_ok();
    assert_eq!(
        (refreshed.json()["by"].clone(), refreshed.json()["scope"].clone()),
        (json!("refreshes"), json!("scope read write"))
    );
    let second = refreshed.member("refresh_token");
    assert_ne!(second, first);
    let narrowed = peer.token(&with(&common::refreshing(&second), &[("scope", "read")])).await;
    assert_eq!((narrowed.json()["scope"].clone(), narrowed.member("refresh_token") == second), (json!("read"), false));
    // A replay, which ends what descends from the authorization.
    peer.refresh(&first).await.assert_error(400, "invalid_grant");
    assert!(!peer.is_active(&narrowed.member("access_token")).await);
    peer.refresh(&narrowed.member("refresh_token")).await.assert_error(400, "invalid_grant");
}

/// Returns an access token, and could return more.
struct Ticket;
extension_response_type!(Ticket = "ticket token", code: No, access_token: Yes);
impl<S: FamilyStore> Respond<S> for Ticket {}

#[tokio::test]
async fn an_access_token_of_a_response_type_of_ones_own_is_never_in_a_query() {
    let clock = ManualClock::new(START);
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .grant(Implicit::new())
        .response_type(Ticket)
        .build();
    let client =
        Client::public("pub").redirect_uri(CALLBACK).scope("scope").grant_types(["implicit"]).response_types(["ticket token"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let peer = Peer::new(server, Approves, clock);
    let ticket = with(&REQUEST, &[("response_type", "token ticket")]);
    peer.authorize(&with(&ticket, &[("response_mode", "query")])).await.assert_fragment_error("invalid_request");
    for pairs in [ticket.clone(), with(&ticket, &[("response_mode", "fragment")])] {
        let answer = peer.authorize(&pairs).await;
        assert!(answer.fragment().contains_key("access_token") && answer.query().is_empty(), "{answer:?}");
    }
    let form = peer.authorize(&with(&ticket, &[("response_mode", "form_post")])).await;
    assert!(form.location().is_empty() && form.body.contains("name=\"access_token\""), "{form:?}");
}
