//! Resource indicators (RFC 8707) as clients, people and APIs meet them.

#[path = "../common/mod.rs"]
mod common;

mod begun;
mod consent;
mod jwt;
mod nothing_named;
mod refused;
mod several;

use std::sync::atomic::{AtomicBool, Ordering};

use common::{Answer, Approves, CALLBACK, OneUser, PKCE, Pairs, Peer, REQUEST, SECRET, START, redemption, refreshing, with};
use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, Client, ClientBuilder, ClientCredentials,
    ClientId, ClientRegistry, ClientSecret, Code, CodeToken, Development, FamilyStore, Grant, Granted, Implicit, Interaction,
    Introspection, ManualClock, MemoryStore, OAuthError, Password, RefreshToken, RefreshTokenStore, Resource, ResourceIdentifier,
    ResourceIndicators, ResourceSource, Resources, Revocation, Rfc6749, Scope, ServesOAuth, StoreError, Token, TokenContext, Yes,
    extension_grant, issuer, lifetime,
};

const CALENDAR: &str = "https://calendar.example.com";
const CONTACTS: &str = "https://contacts.example.com/api/";
/// It knows every scope, and is in no list.
const ANYTHING: &str = "urn:example:anything";
const ALL: &str = "events:read events:write contacts:read";

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

fn id(text: &str) -> ResourceIdentifier {
    text.parse().expect("an identifier")
}

fn resources() -> Resources {
    let calendar = Resource::new(CALENDAR).expect("a resource").scope(scope("events:read events:write"));
    let contacts = Resource::new(CONTACTS).expect("a resource").scope(scope("contacts:read contacts:write"));
    let calendar = calendar.access_token_lifetime(lifetime!(AccessTokenLifetime, 120));
    Resources::new([calendar, contacts, Resource::new(ANYTHING).expect("a resource").unlisted()]).expect("resources")
}

/// Resources that are kept elsewhere, and cannot be had now and then. The client `other` may have none of them.
struct Elsewhere {
    resources: Resources,
    down: AtomicBool,
    /// What the driver says, in place of being unavailable.
    failed: AtomicBool,
}

impl Elsewhere {
    fn new() -> Self {
        Self { resources: resources(), down: AtomicBool::new(false), failed: AtomicBool::new(false) }
    }
}

impl ResourceSource for Elsewhere {
    async fn find(&self, identifier: &ResourceIdentifier, client_id: &ClientId) -> Result<Option<Resource>, StoreError> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(StoreError::failed("the driver's words"));
        }
        if self.down.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable { retry_after: None });
        }
        let found = self.resources.find(identifier, client_id).await?;
        Ok(found.filter(|_| client_id.as_str() != "other"))
    }
}

/// A grant of one's own.
struct Own;
extension_grant!(Own = "urn:example:own", refresh_tokens: Yes);

impl<S: FamilyStore> Grant<S> for Own {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        Ok(Granted::to(common::subject("alice"), cx.scope()?))
    }
}

type Grants = (AuthorizationCode, RefreshToken, ClientCredentials, Password<OneUser>, Implicit, Own);

type Server<S, X> = AuthorizationServer<
    S,
    Grants,
    (Code, Token, CodeToken),
    (ResourceIndicators<X>, Introspection, Revocation),
    Development<Rfc6749>,
>;

/// The chain up to its features.
macro_rules! chain {
    ($store:expr, $clock:expr) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::Rfc6749>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::RefreshToken::new())
            .grant(grantor::ClientCredentials::new())
            .grant(grantor::Password::new(crate::common::OneUser))
            .grant(grantor::Implicit::new())
            .grant(crate::Own)
            .response_type(grantor::Code)
            .response_type(grantor::Token)
            .response_type(grantor::CodeToken)
    };
}
use chain;

/// What every store of these tests can do.
trait Keeps: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore {}
impl<S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore> Keeps for S {}

fn server<S: Keeps, X: ResourceSource>(store: S, clock: &ManualClock, indicators: ResourceIndicators<X>) -> Server<S, X> {
    AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(clock.clone())
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .grant(Password::new(OneUser))
        .grant(Implicit::new())
        .grant(Own)
        .response_type(Code)
        .response_type(Token)
        .response_type(CodeToken)
        .enable(indicators)
        .enable(Introspection::new())
        .enable(Revocation::new())
        .build()
}

/// `pub`, `conf` and `other`, which may do everything; `rs`, which introspects everything, and `calendar`, which sees its own.
fn clients() -> Vec<Client> {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let everything = |client: ClientBuilder| {
        let grants = ["authorization_code", "implicit", "password", "refresh_token", "urn:example:own"];
        let client = client.redirect_uri(CALLBACK).scope(format!("{ALL} other openid profile")).default_scope(ALL);
        client.response_types(["code", "token", "code token"]).grant_types(grants)
    };
    let confidential = |id: &str| {
        let grants = ["authorization_code", "refresh_token", "client_credentials", "password", "urn:example:own"];
        everything(Client::confidential(id, &secret)).response_types(["code"]).grant_types(grants)
    };
    let api = |id: &str| Client::confidential(id, &secret).grant_types::<String>([]);
    let all = [
        everything(Client::public("pub")),
        confidential("conf"),
        confidential("other"),
        api("rs").introspects_any_token(),
        api("calendar").audience(CALENDAR),
    ];
    all.into_iter().map(|client| client.build().expect("a client")).collect()
}

macro_rules! register {
    ($server:expr) => {
        for client in crate::clients() {
            $server.register_client(client).await.expect("a registration");
        }
    };
}
use register;

async fn peer_on<S: Keeps, X: ResourceSource>(store: S, indicators: ResourceIndicators<X>) -> Peer<Server<S, X>, Approves> {
    let clock = ManualClock::new(START);
    let server = server(store, &clock, indicators);
    register!(server);
    Peer::new(server, Approves, clock)
}

async fn peer() -> Peer<Server<MemoryStore, Resources>, Approves> {
    peer_on(MemoryStore::new(), ResourceIndicators::new(resources())).await
}

/// The request of `pub` with this scope, for these resources.
fn asking<'a>(scope: &'a str, resources: &[&'a str]) -> Pairs<'a> {
    let mut pairs = with(&with(&REQUEST, &PKCE), &[("scope", scope)]);
    pairs.extend(resources.iter().map(|resource| ("resource", *resource)));
    pairs
}

fn aiming<'a>(base: &[(&'a str, &'a str)], resources: &[&'a str]) -> Pairs<'a> {
    let mut pairs = base.to_vec();
    pairs.extend(resources.iter().map(|resource| ("resource", *resource)));
    pairs
}

struct Flow<'a, Sv, I>(&'a Peer<Sv, I>);

impl<Sv: ServesOAuth, I: Interaction<Sv>> Flow<'_, Sv, I> {
    async fn code(&self, scope: &str, resources: &[&str]) -> String {
        self.0.code_for(&asking(scope, resources)).await
    }

    async fn redeem(&self, code: &str, resources: &[&str]) -> Answer {
        self.0.token(&aiming(&redemption(code), resources)).await
    }

    /// The answer with which the authorization for these resources begins.
    async fn begun(&self, scope: &str, resources: &[&str]) -> Answer {
        let answer = self.redeem(&self.code(scope, resources).await, &[]).await;
        answer.assert_ok();
        answer
    }

    async fn refresh(&self, refresh_token: &str, resources: &[&str]) -> Answer {
        self.0.token(&aiming(&refreshing(refresh_token), resources)).await
    }

    /// Asserts that the access token in the answer is good, for these resources, with this scope, which the answer says too.
    #[track_caller]
    fn aimed_at<'s>(&'s self, answer: &'s Answer, audience: &'s [&'s str], scope: &'s str) -> impl Future<Output = ()> + 's {
        let place = std::panic::Location::caller();
        async move {
            assert_eq!(answer.status, 200, "{place}: {answer:?}");
            let claims = self.0.introspect(&answer.member("access_token")).await;
            assert_eq!(claims["active"], true, "{place}: {claims}");
            let expected = match audience {
                [] => serde_json::Value::Null,
                [one] => (*one).into(),
                several => several.into(),
            };
            assert_eq!(claims["aud"], expected, "{place}: {claims}");
            assert_eq!(claims["scope"], scope, "{place}: {claims}");
            assert_eq!(answer.member("scope"), scope, "{place}: {answer:?}");
        }
    }
}
