//! What clients of the Model Context Protocol, and its authorization specification (2026-07-28), demand of servers: forty rows, each
//! with tests that carry its number. [`table`] says which row waits for what.

#[path = "../common/mod.rs"]
mod common;

mod discovery;
mod enterprise;
#[path = "../common/jws.rs"]
mod jws;
mod protected;
mod requests;
mod strangers;
mod table;
mod tokens;

use common::{Answer, Approves, CALLBACK, PKCE, Pairs, Peer, REQUEST, SECRET, START, redemption, refreshing, with};
use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientBuilder, ClientCredentials, ClientSecret, Code, Development,
    Interaction, Introspection, Issuer, ManualClock, Mcp, MemoryStore, RefreshToken, Resource, ResourceIdentifier,
    ResourceIndicators, Resources, Revocation, Scope, ServesOAuth,
};

const MCP: &str = "https://mcp.example.com/mcp";
const ISSUER: &str = "https://as.example.com";

type Grants = (AuthorizationCode, RefreshToken, ClientCredentials);
type Features = (ResourceIndicators<Resources>, Introspection, Revocation);
type Server = AuthorizationServer<MemoryStore, Grants, (Code,), Features, Development<Mcp>>;

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

/// Two MCP servers, of which the first is what a token is for that is for nothing in particular.
fn resources() -> ResourceIndicators<Resources> {
    let known = scope("notes:read notes:write");
    let resources = [MCP, "https://other.example.com"].map(|name| Resource::new(name).expect("a resource").scope(known.clone()));
    let first = ResourceIdentifier::parse(MCP).expect("an identifier");
    ResourceIndicators::new(Resources::new(resources).expect("resources")).default_resource(first)
}

fn server(issuer: &str, clock: &ManualClock) -> Server {
    AuthorizationServer::builder()
        .profile(Development::<Mcp>::new())
        .issuer(Issuer::parse(issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        .clock(clock.clone())
        .scopes(scope("notes:read notes:write"))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .response_type(Code)
        .enable(resources())
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build()
}

/// `pub`, `conf`, and `rs`, which introspects.
fn clients() -> Vec<Client> {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let app = |client: ClientBuilder| client.redirect_uri(CALLBACK).scope("notes:read notes:write").default_scope("notes:read");
    let public = app(Client::public("pub")).grant_types(["authorization_code", "refresh_token"]);
    let confidential = app(Client::confidential("conf", &secret));
    let confidential = confidential.grant_types(["authorization_code", "refresh_token", "client_credentials"]);
    let api = Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token();
    [public, confidential, api].map(|client| client.build().expect("a client")).into()
}

async fn peer() -> Peer<Server, Approves> {
    let clock = ManualClock::new(START);
    let server = server(ISSUER, &clock);
    for client in clients() {
        server.register_client(client).await.expect("a registration");
    }
    Peer::new(server, Approves, clock)
}

/// The authorization request of an MCP client, with other parameters besides or in place of the usual ones.
fn asking<'a>(changes: &[(&'a str, &'a str)]) -> Pairs<'a> {
    let usual = with(&with(&REQUEST, &PKCE), &[("scope", "notes:read"), ("resource", MCP)]);
    with(&usual, changes)
}

/// The request without one of its parameters.
fn without<'a>(pairs: &[(&'a str, &'a str)], name: &str) -> Pairs<'a> {
    pairs.iter().copied().filter(|(known, _)| *known != name).collect()
}

/// The tokens of a request of `pub`.
async fn begun(peer: &Peer<Server, Approves>, changes: &[(&str, &str)]) -> Answer {
    let code = peer.code_for(&asking(changes)).await;
    let answer = peer.token(&with(&redemption(&code), &[("resource", MCP)])).await;
    answer.assert_ok();
    answer
}

async fn refreshed(peer: &Peer<Server, Approves>, token: &str, changes: &[(&str, &str)]) -> Answer {
    peer.token(&with(&refreshing(token), changes)).await
}

/// The metadata at a path, if there is any.
async fn metadata<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, path: &str) -> Option<serde_json::Value> {
    let answer = peer.get(path).await;
    assert_eq!(answer.location(), "", "no redirect");
    if answer.status == 404 {
        return None;
    }
    answer.assert_ok();
    Some(answer.json())
}
