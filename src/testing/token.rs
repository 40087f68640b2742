//! Tokens without a flow, and what can be asserted of tokens.

use http::Request;

use crate::authentication::Clients as _;
use crate::endpoint::lookup::RunsOn;
use crate::feature::FeaturesOn;
use crate::grant::RefreshToken;
use crate::issue::{Finish, Granted, IssueContext, Issuing, TokenResponse, Withheld, issue};
use crate::resource_server::{Presented, TokenVerifier};
use crate::server::AuthorizationServer;
use crate::storage::{ClientStore, FamilyStore};
use crate::token::claims::TokenClaims;
use crate::typelevel::name::WireName as _;
use crate::values::error::OAuthError;

/// Issues tokens to a client without a flow: those of a person, who approved, or of the client itself. They are in the storage and in the
/// format of the server, as if a grant had issued them; with a refresh token, if the server has the grant and the client may use it.
///
/// ```
/// use grantor::testing::{TestServer, issue_to};
/// use grantor::{Granted, Scope, Subject};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = TestServer::new().await;
/// let alice = Subject::new("alice").expect("a name");
/// let tokens = issue_to(&server.server, "app", Granted::to(alice, Scope::parse("read").expect("a scope"))).await;
/// let claims = server.api().introspect(tokens.access_token()).await;
/// assert_eq!(claims.member("sub"), "alice");
/// # }
/// ```
///
/// # Panics
///
/// If there is no such client, or the tokens cannot be issued.
pub async fn issue_to<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    client_id: &str,
    granted: Granted,
) -> TokenResponse
where
    S: ClientStore + FamilyStore,
    G: RunsOn<S>,
    F: FeaturesOn<S>,
{
    let core = &server.core;
    let client = core.find(client_id).await.expect("the storage finds clients");
    let client = client.unwrap_or_else(|| panic!("no client `{client_id}` is registered"));
    let (now, refresh) = (core.now(), server.grants.refresh_settings());
    let cx = IssueContext { core, client: &client, now, call: None, grant_type: "testing", refresh, settling: None };
    let plan = granted.into_plan(refresh.is_some() && client.may_use_grant(<RefreshToken>::NAME));
    let issued = issue(&cx, &server.features, plan, AsIs).await;
    issued.map_or_else(|error| panic!("no tokens: {error}"), |(tokens, ())| tokens)
}

struct AsIs;

impl<S: Send + Sync, F: Issuing<S>> Finish<S, F> for AsIs {
    type Output = ();
    async fn finish(self, _: &F, _: &Withheld) -> Result<(), OAuthError> {
        Ok(())
    }
}

/// What an API learns of this access token from its verifier, be it [`LocalVerifier`](crate::LocalVerifier),
/// [`RemoteVerifier`](crate::RemoteVerifier) or one of your own.
///
/// # Panics
///
/// If the token is not good, or the verifier has no answer.
pub async fn assert_active(verifier: &impl TokenVerifier, access_token: &str) -> TokenClaims {
    let claims = verified(verifier, access_token).await;
    claims.unwrap_or_else(|| panic!("the access token is unknown, expired or revoked"))
}

/// Asserts that an API refuses this access token.
///
/// # Panics
///
/// If it does not, or the verifier has no answer.
pub async fn assert_dead(verifier: &impl TokenVerifier, access_token: &str) {
    let claims = verified(verifier, access_token).await;
    assert!(claims.is_none(), "the access token is good: {claims:?}");
}

async fn verified(verifier: &impl TokenVerifier, access_token: &str) -> Option<TokenClaims> {
    let (parts, ()) = Request::new(()).into_parts();
    let answer = verifier.verify(&Presented::bearer(access_token, &parts)).await;
    answer.unwrap_or_else(|error| panic!("the verifier has no answer: {error}"))
}
