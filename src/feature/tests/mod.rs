//! Features for tests alone, one for each phase, each in one file against the hooks alone: what a feature to come may rely on.
//! They meet the server as clients do, with every grant, in any order of the chain.

mod authenticates;
mod binds;
mod checks;
mod describes;
mod encodes;
mod fails;
#[cfg(feature = "jose")]
mod fails_everywhere;
#[cfg(feature = "jose")]
mod fails_in_a_sign_in;
mod formats;
#[cfg(feature = "jose")]
mod jwt_access_tokens;
#[cfg(feature = "jose")]
mod jwt_introspection;
mod many;
mod orders;
mod pushes;
mod resolves;
mod responds;
mod routes;
#[cfg(feature = "jose")]
mod signs;
mod stands;
mod switched_off;
mod unpacks;
mod writes;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::{FeatureList, FeaturesOn};
use crate::endpoint::lookup::RunsOn;
use crate::grant::{Grant, ResourceOwnerAuthenticator};
use crate::issue::{Granted, TokenContext};
use crate::response_type::ResponseTypesOn;
use crate::rules::HasAuthorizationEndpoint;
use crate::storage::{AuthorizationCodeStore, ClientRegistry, FamilyStore, RefreshTokenStore};
use crate::values::clock::{ManualClock, Timestamp};
use crate::values::error::OAuthError;
use crate::{
    Approval, Authorization, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientCredentials,
    ClientSecret, Code, Development, MemoryStore, Password, RefreshToken, Rfc6749, ServesOAuth, StoreError, Subject, Yes, issuer,
};

const SECRET: &str = "a-secret-of-more-than-32-characters-for-tests";
/// The authorization request of `app`.
const QUERY: &str = "response_type=code&client_id=app&scope=read&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
    &code_challenge_method=S256&redirect_uri=https://app.example.com/cb";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const START: Timestamp = Timestamp::from_unix(1_700_000_000);

/// A grant of one's own.
struct Own;
crate::extension_grant!(Own = "urn:example:own", refresh_tokens: Yes);

impl<S: FamilyStore> Grant<S> for Own {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let subject = Subject::new("alice").map_err(|_| cx.invalid_grant("nobody"))?;
        Ok(Granted::to(subject, cx.scope()?))
    }
}

struct Alice;

impl ResourceOwnerAuthenticator for Alice {
    async fn authenticate(&self, username: &str, _: &str) -> Result<Option<Subject>, StoreError> {
        Ok(Subject::new(username).ok())
    }
}

type Grants = (AuthorizationCode, RefreshToken, ClientCredentials, Password<Alice>, Own);

/// A server with these features and every kind of grant, unless it is said which, and its client `app`.
struct Host<F: FeatureList, S = MemoryStore, G = Grants, R = (Code,)>(AuthorizationServer<S, G, R, F, Development<Rfc6749>>);

/// The chain up to its features.
macro_rules! host {
    ($($feature:expr),*) => { $crate::feature::tests::host!(on $crate::MemoryStore::new(); $($feature),*) };
    (on $store:expr; $($feature:expr),*) => {
        $crate::feature::tests::Host($crate::feature::tests::chain($store)$(.enable($feature))*.build()).ready().await
    };
}
use host;

type Chain<S> = crate::Builder<crate::Issuer, crate::Stored<S>, Grants, (Code,), (), Development<Rfc6749>>;

fn chain<S>(store: S) -> Chain<S>
where
    S: ClientRegistry + AuthorizationCodeStore + RefreshTokenStore,
{
    AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .grant(ClientCredentials::new())
        .grant(Password::new(Alice))
        .grant(Own)
        .response_type(Code)
}

/// The answer to a request.
struct Answer {
    status: u16,
    text: String,
}

impl Answer {
    fn of(response: Response<Bytes>) -> Self {
        let text = String::from_utf8_lossy(response.body()).into_owned();
        Self { status: response.status().as_u16(), text }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    fn member(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name} in {} {}", self.status, self.text)).to_owned()
    }

    fn error(&self) -> String {
        format!("{} {}", self.status, self.json()["error"].as_str().unwrap_or_default())
    }
}

impl<F, S, G, R> Host<F, S, G, R>
where
    F: FeaturesOn<S>,
    S: ClientRegistry,
    G: RunsOn<S>,
    R: ResponseTypesOn<S> + HasAuthorizationEndpoint<S>,
{
    async fn ready(self) -> Self {
        let secret = ClientSecret::parse(SECRET).unwrap();
        let client = Client::confidential("app", &secret).redirect_uri("https://app.example.com/cb").scope("read write");
        let types = R::NAMES.iter().copied();
        let client = client.grant_types(G::NAMES.iter().copied()).response_types(types).introspects_any_token().build().unwrap();
        // Not every list of features here has introspection, which checking asks for.
        let client = crate::CheckedClient::new(client);
        self.0.storage().put_client(self.0.issuer(), client).await.unwrap();
        self
    }

    /// What becomes of an authorization request: one to decide about, or the status and where the browser goes.
    async fn asks(&self, query: &str) -> Result<AuthorizationRequest, String> {
        let request = Request::get(format!("/authorize?{}", query.replace(' ', "%20"))).body(Bytes::new()).unwrap();
        match self.0.authorization().handle(request).await {
            Authorization::Interact(request) => Ok(request),
            Authorization::Respond(response) => {
                let location = response.headers().get("location").map_or("", |location| location.to_str().unwrap());
                Err(format!("{} {location}", response.status().as_u16()))
            }
        }
    }

    /// Where the browser goes once `alice` has approved a request of `app`.
    async fn redirected(&self) -> String {
        self.redirected_from(QUERY).await
    }

    async fn redirected_from(&self, query: &str) -> String {
        let request = self.asks(query).await.unwrap();
        let decision = request.approve(Approval::by(Subject::new("alice").unwrap()));
        let response = self.0.authorization().complete(decision).await;
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    /// A code that `alice` approved for `app`.
    async fn code(&self) -> String {
        let location = self.redirected().await;
        let (_, rest) = location.split_once("code=").unwrap_or_else(|| panic!("no code in {location}"));
        rest.split('&').next().unwrap().to_owned()
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Answer::of(ServesOAuth::handle(&self.0, request.body(Bytes::from(body.to_owned())).unwrap()).await)
    }

    /// A token request of `app` with its secret.
    async fn token(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        self.post("/token", headers, &format!("client_id=app&client_secret={SECRET}&{body}")).await
    }

    async fn redeem(&self, headers: &[(&str, &str)], code: &str) -> Answer {
        let uri = "https%3A%2F%2Fapp.example.com%2Fcb";
        let body = format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}&redirect_uri={uri}");
        self.token(headers, &body).await
    }

    async fn refresh(&self, headers: &[(&str, &str)], refresh_token: &str) -> Answer {
        self.token(headers, &format!("grant_type=refresh_token&refresh_token={refresh_token}")).await
    }

    async fn introspect(&self, headers: &[(&str, &str)], token: &str) -> Answer {
        self.post("/introspect", headers, &format!("client_id=app&client_secret={SECRET}&token={token}")).await
    }

    /// The answers to a good request of every grant.
    async fn every_grant(&self, headers: &[(&str, &str)]) -> Vec<Answer> {
        let code = self.redeem(headers, &self.code().await).await;
        let refreshed = self.refresh(headers, &code.member("refresh_token")).await;
        let mut answers = vec![code, refreshed];
        for body in
            ["grant_type=client_credentials", "grant_type=password&username=alice&password=x", "grant_type=urn:example:own"]
        {
            answers.push(self.token(headers, body).await);
        }
        answers
    }
}

/// Switched off, none of what follows is there.
#[tokio::test]
async fn without_features_nothing_of_theirs_is_there() {
    let host = host!();
    for answer in host.every_grant(&[("x-key", "k"), ("x-client", "app proof")]).await {
        assert_eq!((answer.status, answer.json()["token_type"].as_str()), (200, Some("Bearer")), "{}", answer.text);
        assert!(!answer.member("access_token").contains('.') && answer.json()["hashed"].is_null(), "{}", answer.text);
    }
    assert_eq!(host.post("/ping", &[], "").await.status, 404);
    let own = "client_id=https://app.example.com&grant_type=urn:example:own";
    assert_eq!(host.post("/token", &[], own).await.error(), "401 invalid_client");
    assert!(host.0.metadata().document().scopes_supported.is_empty());
}
