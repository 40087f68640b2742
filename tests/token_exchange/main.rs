//! Token exchange (RFC 8693) as clients, agents and APIs meet it.

mod bounds;
#[path = "../common/mod.rs"]
mod common;
mod delegation;
mod foreign;
mod formats;
mod id_jag;
#[path = "../common/jws.rs"]
mod jws;
#[path = "../common/peers.rs"]
mod peers;
mod programs;
mod requests;
mod stores;
mod who;

use std::sync::{Arc, Mutex};

use common::{Answer, CALLBACK, Decides, PKCE, Peer, REQUEST, SECRET, START, basic, redemption, subject, with};
use grantor::{
    Actor, Algorithm, Approval, AuthorizationCode, AuthorizationServer, Client, ClientBuilder, ClientCredentials, ClientSecret,
    Code, Development, Exchange, ExchangeDecision, ExchangePolicy, Introspection, Jwks, KeyPair, ManualClock, MemoryStore,
    OAuth21, RefreshToken, Resource, ResourceIndicators, Resources, Revocation, Scope, ServesOAuth, StoreError, TokenExchange,
    TrustedIssuer, TrustedIssuers, issuer,
};
use serde_json::{Value, json};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";

const ISSUER: &str = "https://as.example.com";
const IDP: &str = "https://idp.example.com";
const CALENDAR: &str = "https://calendar.example.com";
const CONTACTS: &str = "https://contacts.example.com/api/";

type Decide = Box<dyn Fn(Exchange<'_>) -> Result<ExchangeDecision, StoreError> + Send + Sync>;

/// Decides as it is told, and writes down what it was asked.
#[derive(Default)]
struct Policy {
    decide: Mutex<Option<Decide>>,
    asked: Mutex<Vec<Value>>,
}

impl Policy {
    fn set(&self, decide: impl Fn(Exchange<'_>) -> ExchangeDecision + Send + Sync + 'static) {
        *self.decide.lock().expect("a lock") = Some(Box::new(move |exchange| Ok(decide(exchange))));
    }

    fn fails(&self) {
        *self.decide.lock().expect("a lock") = Some(Box::new(|_| Err(StoreError::failed("the policy engine does not answer"))));
    }

    /// How often it was asked so far.
    fn count(&self) -> usize {
        self.asked.lock().expect("a lock").len()
    }

    fn last(&self) -> Value {
        self.asked.lock().expect("a lock").last().cloned().unwrap_or_default()
    }
}

impl ExchangePolicy for Policy {
    async fn decide(&self, exchange: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        let token = exchange.subject_token();
        let seen = json!({
            "client": exchange.client().id().as_str(),
            "issuer": token.issuer(),
            "subject": token.subject(),
            "subject's client": token.client_id(),
            "actor": exchange.actor_token().map(|actor| actor.subject().or(actor.client_id())),
            "scope": exchange.scope().as_str(),
            "audience": exchange.audience().collect::<Vec<_>>(),
            "now": exchange.now().as_unix(),
        });
        self.asked.lock().expect("a lock").push(seen);
        // Without an answer it is the default.
        self.decide.lock().expect("a lock").as_ref().map_or_else(|| Ok(ExchangeDecision::default()), |decide| decide(exchange))
    }
}

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

fn resources() -> Resources {
    let calendar = Resource::new(CALENDAR).expect("a resource").scope(scope("read write"));
    Resources::new([calendar, Resource::new(CONTACTS).expect("a resource")]).expect("resources")
}

/// The key of the trusted issuer.
fn key() -> &'static KeyPair {
    static KEY: std::sync::OnceLock<KeyPair> = std::sync::OnceLock::new();
    KEY.get_or_init(|| jws::key(Algorithm::Es256))
}

fn issuers() -> TrustedIssuers<Jwks> {
    let idp = TrustedIssuer::new(IDP, Jwks::of([key().public_key()])).algorithms([Algorithm::Es256]);
    TrustedIssuers::new([idp]).expect("an issuer")
}

type Server = AuthorizationServer<
    MemoryStore,
    (AuthorizationCode, RefreshToken, ClientCredentials, TokenExchange<Arc<Policy>, TrustedIssuers<Jwks>>),
    (Code,),
    (ResourceIndicators<Resources>, Introspection, Revocation),
    Development<OAuth21>,
>;

/// The grants and features of [`Server`], with what else the chain is given.
macro_rules! server {
    ($store:expr, $clock:expr, $exchange:expr $(, $feature:expr)*) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            .grant(grantor::AuthorizationCode::new())
            .grant(grantor::RefreshToken::new())
            .grant(grantor::ClientCredentials::new())
            .grant($exchange)
            .response_type(grantor::Code)
            $(.enable($feature))*
            .enable(grantor::Introspection::new())
            .enable(grantor::Revocation::new())
            .build()
    };
}
use server;

/// `pub`, which people use; `agent`, which acts for them; `calendar`, an API; `other`, which has nothing to do with it; `rs`, which sees
/// every token.
fn clients() -> Vec<Client> {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let scope = "read write share openid offline_access";
    let confidential = |id: &str| {
        let grants = [EXCHANGE, "client_credentials", "refresh_token"];
        Client::confidential(id, &secret).scope(scope).default_scope("read").grant_types(grants)
    };
    let public: ClientBuilder = Client::public("pub").redirect_uri(CALLBACK).scope(scope);
    let all = [
        public.grant_types(["authorization_code", "refresh_token", EXCHANGE]),
        confidential("agent"),
        confidential("other"),
        confidential("calendar").audience(CALENDAR),
        Client::confidential("rs", &secret).grant_types::<String>([]).introspects_any_token(),
        Client::confidential("nobody", &secret).grant_types(["client_credentials"]).scope("read"),
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

/// Alice approves, or whom the request names, and lets a client (`agent`) or a person (`deputy`) act for her where the request asks for that.
const ALICE: Decides = Decides(|request| {
    let person = subject(request.parameter("person").unwrap_or("alice"));
    let approval = Approval::by(person).username("Alice").authenticated_at(START).acr("urn:example:pwd").amr(["pwd"]);
    let may_act = request.parameter("agent").map(Actor::client).or_else(|| request.parameter("deputy").map(Actor::new));
    request.approve(match may_act {
        Some(party) => approval.may_act(party),
        None => approval,
    })
});

struct World<Sv = Server> {
    peer: Peer<Sv, Decides>,
    policy: Arc<Policy>,
}

async fn world() -> World {
    let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
    let exchange = TokenExchange::new(policy.clone()).trusting(issuers());
    let server = server!(MemoryStore::new(), clock, exchange, ResourceIndicators::new(resources()));
    register!(server);
    World { peer: Peer::new(server, ALICE, clock), policy }
}

/// The same, where everybody acts for everybody.
async fn permissive() -> World {
    let world = world().await;
    world.policy.set(|_| ExchangeDecision::delegate());
    world
}

impl<Sv: ServesOAuth> World<Sv> {
    /// The token response of an authorization of Alice's by `pub`.
    async fn begun(&self, changes: &[(&str, &str)]) -> Answer {
        let mut pairs = with(&REQUEST, &PKCE);
        pairs.retain(|(name, _)| *name != "scope");
        pairs.extend(changes);
        if !changes.iter().any(|(name, _)| *name == "scope") {
            pairs.push(("scope", "read write"));
        }
        let answer = self.peer.token(&redemption(&self.peer.code_for(&pairs).await)).await;
        answer.assert_ok();
        answer
    }

    /// An access token of Alice's that `agent` may exchange.
    async fn for_agent(&self) -> String {
        self.begun(&[("agent", "agent")]).await.member("access_token")
    }

    /// An exchange of this client, of an access token.
    async fn exchange(&self, client: &str, token: &str, changes: &[(&str, &str)]) -> Answer {
        let base = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
        let mut pairs: Vec<_> = base.into_iter().filter(|(name, _)| !changes.iter().any(|(own, _)| own == name)).collect();
        pairs.extend(changes);
        match client {
            "pub" => {
                pairs.push(("client_id", "pub"));
                self.peer.token(&pairs).await
            }
            client => self.peer.post("/token", Some(&basic(client, SECRET)), &pairs).await,
        }
    }

    /// A token that the client got for itself.
    async fn own_token(&self, client: &str) -> String {
        let answer = self.peer.post("/token", Some(&basic(client, SECRET)), &[("grant_type", "client_credentials")]).await;
        answer.assert_ok();
        answer.member("access_token")
    }

    /// What is known of the token in an answer.
    async fn claims(&self, answer: &Answer) -> Value {
        answer.assert_ok();
        let claims = self.peer.introspect(&answer.member("access_token")).await;
        assert_eq!(claims["active"], true, "{answer:?}");
        claims
    }
}
