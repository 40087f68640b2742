//! The clients that people use, over a real socket: the crates `oauth2` and `openidconnect` go through every flow, and understand
//! every refusal. What they need to know of the server they read in its metadata.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use grantor::{
    AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientSecret, Code, Development, Introspection,
    LoopbackIssuer, MemoryStore, Password, RefreshToken, Revocation, Rfc6749, router_with,
};
use oauth2::basic::{BasicErrorResponseType, BasicRequestTokenError};
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, AuthUrl, ClientId, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IntrospectionUrl, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken as Refresh, ResourceOwnerPassword,
    ResourceOwnerUsername, RevocationUrl, Scope, StandardRevocableToken, TokenIntrospectionResponse as _, TokenResponse as _,
    TokenUrl,
};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use crate::common::{self, Approves, OneUser};

const CALLBACK: &str = "https://client.example/callback";
const SECRET: &str = common::SECRET;

/// How `oauth2` and `openidconnect` send their requests: through this project's version of reqwest, without following redirects.
///
/// They insist on `https` for the revocation endpoint (RFC 7009 section 2). What goes there is sent to the same socket in the
/// clear, as if something in between terminated TLS.
struct Http(reqwest::Client);

impl Http {
    fn new() -> Self {
        Self(reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client"))
    }

    async fn send(self, mut request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
        let plain = request.uri().to_string().replacen("https://", "http://", 1);
        *request.uri_mut() = plain.parse().expect("a URI");
        let response = self.0.execute(request.try_into()?).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = HttpResponse::new(response.bytes().await?.to_vec());
        (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
        Ok(answer)
    }

    async fn get(&self, url: &str) -> reqwest::Response {
        self.0.get(url).send().await.expect("an answer")
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = reqwest::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(Self(self.0.clone()).send(request))
    }
}

/// The clients `public`, `confidential` and `resource-server` (which may introspect every token) at a server on a free port.
struct Peer {
    http: Http,
    metadata: Value,
}

/// `oauth2`'s client with all endpoints set.
type OAuth2 = oauth2::basic::BasicClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointSet>;

impl Peer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let server = AuthorizationServer::builder()
            .profile(Development::<Rfc6749>::new())
            .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
            .storage(MemoryStore::new())
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(ClientCredentials::new())
            .grant(Password::new(OneUser))
            .response_type(Code)
            .enable(Introspection::new())
            .enable(Revocation::new())
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let people = ["authorization_code", "refresh_token", "password"];
        let clients = [
            Client::public("public").redirect_uri(CALLBACK).grant_types(people),
            Client::confidential("confidential", &secret)
                .redirect_uri(CALLBACK)
                .grant_types(people.into_iter().chain(["client_credentials"])),
            Client::confidential("resource-server", &secret).grant_types::<String>([]).introspects_any_token(),
        ];
        for client in clients {
            server.register_client(client.scope("read write").build().expect("a client")).await.expect("a registration");
        }
        let router = router_with(Arc::new(server), Approves);
        tokio::spawn(async move { axum::serve(listener, router).await });

        let http = Http::new();
        let metadata = http.get(&format!("{issuer}/.well-known/oauth-authorization-server")).await;
        let metadata: Value = serde_json::from_slice(&metadata.bytes().await.expect("a body")).expect("JSON");
        assert_eq!(metadata["issuer"], issuer);
        Self { http, metadata }
    }

    fn endpoint(&self, name: &str) -> String {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.metadata)).to_owned()
    }

    /// As [`Http`] wants it.
    fn revocation_endpoint(&self) -> String {
        self.endpoint("revocation_endpoint").replacen("http://", "https://", 1)
    }

    fn client(&self, id: &str) -> OAuth2 {
        let client = oauth2::basic::BasicClient::new(ClientId::new(id.to_owned()))
            .set_auth_uri(AuthUrl::new(self.endpoint("authorization_endpoint")).expect("a URL"))
            .set_token_uri(TokenUrl::new(self.endpoint("token_endpoint")).expect("a URL"))
            .set_introspection_url(IntrospectionUrl::new(self.endpoint("introspection_endpoint")).expect("a URL"))
            .set_revocation_url(RevocationUrl::new(self.revocation_endpoint()).expect("a URL"))
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));
        match id {
            "public" => client,
            _ => client.set_client_secret(oauth2::ClientSecret::new(SECRET.to_owned())),
        }
    }

    /// Goes to the authorization endpoint as a browser does, and returns the parameters with which it is sent back.
    async fn authorize(&self, url: &Url) -> HashMap<String, String> {
        let response = self.http.get(url.as_str()).await;
        assert_eq!(response.status(), 302);
        let location = response.headers()["location"].to_str().expect("text").to_owned();
        assert!(location.starts_with(CALLBACK), "{location}");
        let parameters: HashMap<_, _> = Url::parse(&location).expect("a URL").query_pairs().into_owned().collect();
        assert_eq!(parameters["iss"], self.metadata["issuer"].as_str().unwrap_or_default());
        parameters
    }

    /// A code that `oauth2` asked for, with the verifier for it.
    async fn code(&self, client: &OAuth2, scope: &str) -> (oauth2::AuthorizationCode, PkceCodeVerifier) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = client.authorize_url(CsrfToken::new_random).add_scope(Scope::new(scope.to_owned()));
        let (url, state) = request.set_pkce_challenge(challenge).url();
        let mut parameters = self.authorize(&url).await;
        assert_eq!(parameters.get("state"), Some(state.secret()), "{parameters:?}");
        (oauth2::AuthorizationCode::new(parameters.remove("code").expect("a code")), verifier)
    }

    async fn is_active(&self, token: &AccessToken) -> bool {
        let resource_server = self.client("resource-server");
        resource_server.introspect(token).request_async(&self.http).await.expect("an answer").active()
    }
}

/// The error code that the client read in a refusal.
#[track_caller]
fn refusal<T: std::fmt::Debug, E: std::error::Error>(result: Result<T, BasicRequestTokenError<E>>) -> BasicErrorResponseType {
    match result {
        Err(BasicRequestTokenError::ServerResponse(response)) => response.error().clone(),
        other => panic!("not a refusal of the server: {other:?}"),
    }
}

#[tokio::test]
async fn oauth2_exchanges_a_code_with_pkce() {
    let peer = Peer::start().await;
    for id in ["public", "confidential"] {
        let client = peer.client(id);
        let (code, verifier) = peer.code(&client, "read").await;
        let response = client.exchange_code(code).set_pkce_verifier(verifier).request_async(&peer.http).await.expect("tokens");
        assert_eq!(response.scopes().expect("a scope"), &vec![Scope::new("read".to_owned())], "{id}");
        assert_eq!(response.expires_in(), Some(Duration::from_secs(600)));
        assert!(response.refresh_token().is_some());
        assert!(peer.is_active(response.access_token()).await);
    }
}

#[tokio::test]
async fn oauth2_understands_why_a_code_is_refused() {
    let peer = Peer::start().await;
    let client = peer.client("public");
    let (code, _) = peer.code(&client, "read").await;
    let (_, another_verifier) = PkceCodeChallenge::new_random_sha256();
    let refused = client.exchange_code(code).set_pkce_verifier(another_verifier).request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::InvalidGrant);

    let (code, verifier) = peer.code(&client, "read").await;
    let again = PkceCodeVerifier::new(verifier.secret().clone());
    let response =
        client.exchange_code(code.clone()).set_pkce_verifier(verifier).request_async(&peer.http).await.expect("tokens");
    let refused = client.exchange_code(code).set_pkce_verifier(again).request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::InvalidGrant);
    assert!(!peer.is_active(response.access_token()).await, "a replayed code revokes its tokens");
}

#[tokio::test]
async fn oauth2_is_sent_back_with_the_error_of_its_authorization_request() {
    let peer = Peer::start().await;
    let (challenge, _) = PkceCodeChallenge::new_random_sha256();
    let client = peer.client("public");
    let request = client.authorize_url(|| CsrfToken::new("a state".to_owned())).add_scope(Scope::new("everything".to_owned()));
    let parameters = peer.authorize(&request.set_pkce_challenge(challenge).url().0).await;
    assert_eq!((&*parameters["error"], &*parameters["state"]), ("invalid_scope", "a state"));

    let (url, _) = client.authorize_url(CsrfToken::new_random).url();
    assert_eq!(peer.authorize(&url).await["error"], "invalid_request", "PKCE is required");
}

#[tokio::test]
async fn oauth2_gets_a_token_for_its_client_credentials() {
    let peer = Peer::start().await;
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = peer.client("confidential").set_auth_type(auth_type);
        let request = client.exchange_client_credentials().add_scope(Scope::new("write".to_owned()));
        let response = request.request_async(&peer.http).await.expect("a token");
        assert!(response.refresh_token().is_none(), "RFC 6749 section 4.4.3");
        assert!(peer.is_active(response.access_token()).await);

        let wrong = client.clone().set_client_secret(oauth2::ClientSecret::new(format!("{SECRET}?")));
        let refused = wrong.exchange_client_credentials().request_async(&peer.http).await;
        assert_eq!(refusal(refused), BasicErrorResponseType::InvalidClient);
        let request = client.exchange_client_credentials().add_scope(Scope::new("everything".to_owned()));
        assert_eq!(refusal(request.request_async(&peer.http).await), BasicErrorResponseType::InvalidScope);
    }
    let refused = peer.client("resource-server").exchange_client_credentials().request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::UnauthorizedClient);
}

#[tokio::test]
async fn oauth2_gets_tokens_for_a_password() {
    let peer = Peer::start().await;
    let client = peer.client("public");
    let username = ResourceOwnerUsername::new("username".to_owned());
    let password = ResourceOwnerPassword::new("password".to_owned());
    let request = client.exchange_password(&username, &password).add_scope(Scope::new("read".to_owned()));
    let response = request.request_async(&peer.http).await.expect("tokens");
    assert!(response.refresh_token().is_some());
    assert!(peer.is_active(response.access_token()).await);

    let wrong = ResourceOwnerPassword::new("Password".to_owned());
    let refused = client.exchange_password(&username, &wrong).request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::InvalidGrant);
}

#[tokio::test]
async fn oauth2_refreshes_with_fewer_scopes_but_not_with_more() {
    let peer = Peer::start().await;
    let client = peer.client("public");
    let (code, verifier) = peer.code(&client, "read").await;
    let first = client.exchange_code(code).set_pkce_verifier(verifier).request_async(&peer.http).await.expect("tokens");
    let refresh_token = first.refresh_token().expect("a refresh token");

    let more = client.exchange_refresh_token(refresh_token).add_scope(Scope::new("write".to_owned()));
    assert_eq!(refusal(more.request_async(&peer.http).await), BasicErrorResponseType::InvalidScope);

    let second = client.exchange_refresh_token(refresh_token).request_async(&peer.http).await.expect("tokens");
    assert_ne!(second.access_token().secret(), first.access_token().secret());
    assert_ne!(second.refresh_token().expect("a successor").secret(), refresh_token.secret());
    assert!(peer.is_active(second.access_token()).await);

    let unknown = Refresh::new("unknown".to_owned());
    let refused = client.exchange_refresh_token(&unknown).request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::InvalidGrant);
}

#[tokio::test]
async fn oauth2_reads_what_introspection_tells_about_a_token() {
    let peer = Peer::start().await;
    let client = peer.client("confidential");
    let (code, verifier) = peer.code(&client, "read").await;
    let tokens = client.exchange_code(code).set_pkce_verifier(verifier).request_async(&peer.http).await.expect("tokens");

    let resource_server = peer.client("resource-server");
    let claims = resource_server.introspect(tokens.access_token()).request_async(&peer.http).await.expect("claims");
    assert!(claims.active());
    assert_eq!(claims.client_id().map(|id| id.as_str()), Some("confidential"));
    assert_eq!((claims.sub(), claims.username()), (Some("username"), Some("username")));
    assert_eq!(claims.iss(), peer.metadata["issuer"].as_str());
    assert_eq!(claims.scopes().expect("a scope"), &vec![Scope::new("read".to_owned())]);
    let lifetime = claims.exp().expect("an expiry") - claims.iat().expect("a time");
    assert_eq!(lifetime.num_seconds(), 600);

    let unknown = AccessToken::new("unknown".to_owned());
    assert!(!resource_server.introspect(&unknown).request_async(&peer.http).await.expect("an answer").active());
    let refused = peer.client("public").introspect(tokens.access_token()).request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::InvalidClient, "a public client cannot authenticate");
}

#[tokio::test]
async fn oauth2_revokes_tokens() {
    let peer = Peer::start().await;
    let client = peer.client("public");
    let tokens = || async {
        let (code, verifier) = peer.code(&client, "read").await;
        client.exchange_code(code).set_pkce_verifier(verifier).request_async(&peer.http).await.expect("tokens")
    };
    let revoke = |token: StandardRevocableToken| {
        let request = client.revoke_token(token).expect("a revocation endpoint");
        async { request.request_async(&peer.http).await.expect("a revocation") }
    };

    let first = tokens().await;
    revoke(first.access_token().into()).await;
    assert!(!peer.is_active(first.access_token()).await);

    let second = tokens().await;
    let refresh_token = second.refresh_token().expect("a refresh token");
    revoke(refresh_token.into()).await;
    assert!(!peer.is_active(second.access_token()).await, "RFC 7009 section 2.1: the access token goes with it");
    let refused = client.exchange_refresh_token(refresh_token).request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::InvalidGrant);

    // RFC 7009 section 2.2: an unknown token is revoked already.
    revoke(AccessToken::new("unknown".to_owned()).into()).await;
}

/// What of `openidconnect` applies to a server without ID tokens: it speaks OAuth through the same messages.
#[tokio::test]
async fn openidconnect_goes_through_code_refresh_introspection_and_revocation() {
    use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJsonWebKeySet};
    use openidconnect::{IssuerUrl, Nonce};

    let peer = Peer::start().await;
    let issuer = IssuerUrl::new(peer.endpoint("issuer")).expect("a URL");
    let client = CoreClient::new(ClientId::new("confidential".to_owned()), issuer, CoreJsonWebKeySet::default())
        .set_client_secret(oauth2::ClientSecret::new(SECRET.to_owned()))
        .set_auth_uri(AuthUrl::new(peer.endpoint("authorization_endpoint")).expect("a URL"))
        .set_token_uri(TokenUrl::new(peer.endpoint("token_endpoint")).expect("a URL"))
        .set_introspection_url(IntrospectionUrl::new(peer.endpoint("introspection_endpoint")).expect("a URL"))
        .set_revocation_url(RevocationUrl::new(peer.revocation_endpoint()).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"))
        .disable_openid_scope();

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).add_scope(Scope::new("read".to_owned()));
    let (url, state, _) = request.set_pkce_challenge(challenge).url();
    let mut parameters = peer.authorize(&url).await;
    assert_eq!(parameters.get("state"), Some(state.secret()));

    let code = oauth2::AuthorizationCode::new(parameters.remove("code").expect("a code"));
    let request = client.exchange_code(code).set_pkce_verifier(verifier);
    let first = request.request_async(&peer.http).await.expect("tokens");
    assert!(first.extra_fields().id_token().is_none());

    let refresh_token = first.refresh_token().expect("a refresh token");
    let second = client.exchange_refresh_token(refresh_token).request_async(&peer.http).await.expect("tokens");
    let claims = client.introspect(second.access_token()).request_async(&peer.http).await.expect("claims");
    assert_eq!((claims.active(), claims.sub()), (true, Some("username")));

    let revocation = client.revoke_token(second.access_token().into()).expect("a revocation endpoint");
    revocation.request_async(&peer.http).await.expect("a revocation");
    assert!(!client.introspect(second.access_token()).request_async(&peer.http).await.expect("an answer").active());

    let unknown = Refresh::new("unknown".to_owned());
    let refused = client.exchange_refresh_token(&unknown).request_async(&peer.http).await;
    assert_eq!(refusal(refused), BasicErrorResponseType::InvalidGrant);
}
