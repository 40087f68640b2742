//! The real thing: two issuers on one store, the same clients at each.

use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use grantor::storage::{FamilyId, FamilyRecord, SessionRecord};
use grantor::{
    AccessTokenLifetime, AccessTokenStore, Approval, AuthorizationCode, AuthorizationCodeStore, AuthorizationRecords,
    AuthorizationRequest, AuthorizationServer, BackChannelLogout, Client, ClientCredentials, ClientRegistry, ClientSecret, Code,
    CodeToken, Decision, Development, Exchange, ExchangeDecision, ExchangePolicy, Fetcher, Implicit, Interaction, Introspection,
    Issuer, ManualClock, OAuth21, OpenId, Password, PkceOptional, PlainToo, PurgeExpired, RefreshToken, RefreshTokenLifetime,
    RefreshTokenStore, Resource, ResourceIndicators, ResourceOwnerAuthenticator, Resources, RetryWindow, Revocation, Rfc6749,
    Scope, SessionRecords, StoreError, Subject, Token, TokenExchange,
};
use http::Request;
use tokio::sync::Notify;

use super::hosts::{self, Hosts, Keys, Told};
use super::op::{Apis, Setup, Who};
use crate::common::{Answer, Peer, SECRET, subject};

pub const ISSUERS: [&str; 2] = ["https://one.example.com", "https://two.example.com"];

/// What the servers need of a store.
pub trait Store:
    ClientRegistry
    + AuthorizationCodeStore
    + AccessTokenStore
    + RefreshTokenStore
    + AuthorizationRecords
    + SessionRecords
    + PurgeExpired
{
}

impl<S> Store for S where
    S: ClientRegistry
        + AuthorizationCodeStore
        + AccessTokenStore
        + RefreshTokenStore
        + AuthorizationRecords
        + SessionRecords
        + PurgeExpired
{
}

/// Both know every scope.
fn apis() -> Resources {
    let both = Apis(0b11).names().into_iter().map(|name| Resource::new(name).expect("a resource"));
    Resources::new(both).expect("resources")
}

/// Alice has a password.
#[derive(Clone, Copy)]
pub struct People;

impl ResourceOwnerAuthenticator for People {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        Ok((username == "alice" && password == "password").then(|| subject("alice")))
    }
}

/// Whoever may exchange a token at all impersonates its subject, for as long as the authorization behind it stands.
#[derive(Clone, Copy)]
pub struct Permits;

impl ExchangePolicy for Permits {
    async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
        Ok(ExchangeDecision::impersonate().with_refresh_token())
    }
}

/// Decides as the parameters `person` and `only` say; without a person the answer is no.
#[derive(Clone, Copy)]
pub struct AsTold;

impl<Sv: Sync> Interaction<Sv> for AsTold {
    async fn decide(&self, _: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
        let Some(person) = request.parameter("person").map(subject) else { return request.deny() };
        let only = request.parameter("only").map(|only| Scope::parse(only.trim()).expect("a scope"));
        let approval = Approval::by(person);
        let approval = match request.parameter("session") {
            Some(session) => approval.session(session),
            None => approval,
        };
        request.approve(match only {
            Some(only) => approval.scope(only),
            None => approval,
        })
    }
}

type Legacy<S> = AuthorizationServer<
    Arc<S>,
    (
        AuthorizationCode<PkceOptional, PlainToo>,
        RefreshToken,
        ClientCredentials,
        Password<People>,
        Implicit,
        TokenExchange<Permits>,
    ),
    (Code, Token, CodeToken),
    (ResourceIndicators<Resources>, Introspection, Revocation),
    Development<Rfc6749>,
>;

type Modern<S> = AuthorizationServer<
    Arc<S>,
    (AuthorizationCode, RefreshToken),
    (Code,),
    (Keys, OpenId<()>, BackChannelLogout, ResourceIndicators<Resources>, Introspection, Revocation),
    Development<OAuth21>,
>;

pub enum Server<S> {
    Legacy(Peer<Legacy<S>, AsTold>),
    Modern(Peer<Modern<S>, AsTold>, Arc<Hosts>),
}

/// Does the same with either kind.
macro_rules! either {
    ($server:expr, $peer:ident => $do:expr) => {
        match $server {
            Server::Legacy($peer) => $do,
            Server::Modern($peer, _) => $do,
        }
    };
}

impl<S: Store> Server<S> {
    pub fn new(setup: Setup, issuer: usize, store: &Arc<S>, clock: &ManualClock) -> Self {
        let issuer = Issuer::parse(ISSUERS[issuer]).expect("an issuer");
        let window = RetryWindow::from_secs(setup.window()).expect("a window");
        let refresh_token = RefreshToken::new().retry_window(window);
        match setup {
            Setup::Legacy(_) => {
                let server = AuthorizationServer::builder()
                    .profile(Development::<Rfc6749>::new())
                    .issuer(issuer)
                    .storage(store.clone())
                    .clock(clock.clone())
                    .grant(AuthorizationCode::new().pkce_optional().pkce_plain())
                    .grant(refresh_token)
                    .grant(ClientCredentials::new())
                    .grant(Password::new(People))
                    .grant(Implicit::new())
                    .grant(TokenExchange::new(Permits).public_clients())
                    .response_type(Code)
                    .response_type(Token)
                    .response_type(CodeToken)
                    .enable(ResourceIndicators::new(apis()))
                    .enable(Introspection::new())
                    .enable(Revocation::new())
                    .build();
                Self::Legacy(Peer::new(server, AsTold, clock.clone()))
            }
            Setup::Modern(_) => {
                let hosts = Arc::<Hosts>::default();
                let server = AuthorizationServer::builder()
                    .profile(Development::<OAuth21>::new())
                    .issuer(issuer)
                    .storage(store.clone())
                    .clock(clock.clone())
                    .fetcher(Fetcher::with(hosts.clone()))
                    .grant(AuthorizationCode::new())
                    .grant(refresh_token)
                    .response_type(Code)
                    .enable(hosts::keys())
                    .enable(OpenId::new(()))
                    .enable(BackChannelLogout::new())
                    .enable(ResourceIndicators::new(apis()))
                    .enable(Introspection::new())
                    .enable(Revocation::new())
                    .build();
                Self::Modern(Peer::new(server, AsTold, clock.clone()), hosts)
            }
        }
    }

    /// Registers a client, in place of what it was before.
    pub async fn register(&self, who: Who, refresh: bool) {
        let legacy = matches!(self, Self::Legacy(_));
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let mut client = if who.is_confidential() { Client::confidential(who.id(), &secret) } else { Client::public(who.id()) };
        let here = |grant: &&&str| legacy || matches!(**grant, "authorization_code" | "refresh_token");
        let grants = who.grants().iter().filter(here).filter(|grant| refresh || **grant != "refresh_token");
        client = client.grant_types(grants.copied()).scope(who.scope().text());
        client = match who {
            Who::App | Who::Twin | Who::Web if legacy => client.response_types(["code", "token", "code token"]),
            Who::Rs => client.introspects_any_token(),
            _ => client,
        };
        if !legacy && who.is_told() {
            client = client.backchannel_logout_uri(&format!("https://{}.example.com/logout", who.id()));
            client = client.id_token_signed_response_alg("ES256");
        }
        for uri in who.uris() {
            client = client.redirect_uri(*uri);
        }
        let (access, refresh) = who.lifetimes();
        client = client.access_token_lifetime(AccessTokenLifetime::from_secs(access).expect("a lifetime"));
        client = client.refresh_token_lifetime(RefreshTokenLifetime::from_secs(refresh).expect("a lifetime"));
        let client = client.build().expect("a client");
        either!(self, peer => Box::pin(peer.server.register_client(client)).await).expect("a registration");
    }

    pub async fn send(&self, request: Request<String>) -> Answer {
        // In boxes: the futures of a server are large, and without optimisation each level of calls has its own copy.
        either!(self, peer => Box::pin(peer.send(request)).await)
    }

    pub async fn authorizations(&self, person: &str) -> Vec<FamilyRecord> {
        either!(self, peer => peer.server.authorizations(&subject(person)).await).expect("a list")
    }

    pub async fn sessions(&self, person: &str) -> Vec<SessionRecord> {
        either!(self, peer => peer.server.sessions(&subject(person)).await).expect("a list")
    }

    /// Ends the sign-in of this name, or all: those that ended.
    pub async fn sign_out(&self, person: &str, name: Option<&str>) -> Vec<SessionRecord> {
        let person = subject(person);
        match name {
            Some(name) => {
                let ended = either!(self, peer => peer.server.end_session_named(&person, name).await);
                ended.expect("an answer").into_iter().collect()
            }
            None => either!(self, peer => peer.server.end_sessions(&person).await).expect("an answer"),
        }
    }

    /// Tells the clients that are due; those that were told.
    pub async fn deliver(&self, fails: bool) -> Vec<Told> {
        let Self::Modern(peer, hosts) = self else { return Vec::new() };
        hosts.fail(fails);
        let done = Notify::new();
        let pause = |_| {
            done.notify_one();
            pending::<()>()
        };
        tokio::select! {
            () = Box::pin(peer.server.deliver_logout_tokens(pause)) => {}
            () = done.notified() => {}
        }
        hosts.told()
    }

    pub async fn take_back(&self, person: &str, authorization: &FamilyId) -> bool {
        either!(self, peer => peer.server.revoke_authorization(&subject(person), authorization).await).expect("an answer")
    }
}
