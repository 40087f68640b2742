//! Devices that nobody here wrote: `openid-client`, `oauth4webapi`, `authlib`, and the crate `oauth2`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::post;
use grantor::{Approval, DeviceCode, LoopbackIssuer, MemoryStore, RefreshToken, lifetime, router};
use oauth2::basic::BasicClient;
use oauth2::{
    AsyncHttpClient, ClientId, DeviceAuthorizationUrl, HttpRequest, HttpResponse, Scope, StandardDeviceAuthorizationResponse,
    TokenResponse as _, TokenUrl,
};
use serde_json::{Value, json};

use crate::common::browser::Browser;
use crate::common::subject;
use crate::peers::Peer;
use crate::{DEVICE, Page as _};

type Server =
    grantor::AuthorizationServer<MemoryStore, (DeviceCode, RefreshToken), (), (), grantor::Development<grantor::OAuth21>>;

/// A server, and a person who types what is sent to `/person`. Its URL.
async fn served() -> (String, Arc<Server>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let server: Server = grantor::AuthorizationServer::builder()
        .profile(grantor::Development::<grantor::OAuth21>::new())
        .issuer(LoopbackIssuer::parse(&issuer).expect("an issuer"))
        .storage(MemoryStore::new())
        // Two polls at once may be in two seconds of the clock, and are not so far apart.
        .grant(DeviceCode::new().interval(lifetime!(PollingInterval, 2)))
        .grant(RefreshToken::new())
        .build();
    let client = grantor::Client::public("tv").scope("scope").grant_types([DEVICE, "refresh_token"]);
    server.register_client(client.build().expect("a client")).await.expect("a registration");
    let server = Arc::new(server);
    let person = Router::new().route("/person", post(typed)).with_state(server.clone());
    let app = router(server.clone()).merge(person);
    tokio::spawn(async move { axum::serve(listener, app).await });
    (issuer, server)
}

async fn typed(State(server): State<Arc<Server>>, Query(pairs): Query<Vec<(String, String)>>) {
    let get = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let mut browser = Browser::default();
    let handle = server.shown(&mut browser, get("code")).await;
    let request = server.resumed(&browser, &handle).await.expect("the request");
    match get("decision") {
        "allow" => server.approved(request, Approval::by(subject("alice"))).await.expect("an approval"),
        _ => server.denied(request).await.expect("a refusal"),
    }
}

async fn ask(peer: Peer, issuer: &str) -> Option<Value> {
    let order = json!({"issuer": issuer, "client_id": "tv", "person": format!("{issuer}/person")});
    tokio::task::spawn_blocking(move || peer.ask(&order)).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_javascript() {
    let (issuer, _) = served().await;
    let Some(answer) = ask(Peer::Node("device_peer.mjs"), &issuer).await else { return };
    let waits = "authorization_pending";
    assert_eq!(answer["endpoint"], format!("{issuer}/device_authorization"), "{answer}");
    assert_eq!((&answer["uri"], &answer["complete"]), (&json!(format!("{issuer}/device")), &json!(true)), "{answer}");
    assert_eq!((&answer["scopes"], &answer["interval"]), (&json!(["scope", "scope"]), &json!(2)), "{answer}");
    assert_eq!(answer["polls"], json!([waits, "slow_down", "scope", "invalid_grant", "access_denied"]), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_python() {
    let (issuer, _) = served().await;
    let Some(answer) = ask(Peer::Python("device_peer.py"), &issuer).await else { return };
    assert_eq!(answer["polls"], json!(["authorization_pending", "slow_down", "scope"]), "{answer}");
}

/// Sends requests of the crate `oauth2` to the server, without a network.
struct Handed(Arc<Server>);

impl<'c> AsyncHttpClient<'c> for Handed {
    type Error = std::convert::Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            parts.uri = parts.uri.path().parse().expect("a path");
            let request = http::Request::from_parts(parts, bytes::Bytes::from(body));
            Ok(grantor::ServesOAuth::handle(&*self.0, request).await.map(|body| body.to_vec()))
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_rust() {
    let (issuer, server) = served().await;
    let url = |path: &str| format!("{issuer}{path}");
    let client = BasicClient::new(ClientId::new("tv".to_owned()))
        .set_token_uri(TokenUrl::new(url("/token")).expect("a URL"))
        .set_device_authorization_url(DeviceAuthorizationUrl::new(url("/device_authorization")).expect("a URL"));
    let http = Handed(server.clone());
    let asked = client.exchange_device_code().add_scope(Scope::new("scope".to_owned()));
    let asked: StandardDeviceAuthorizationResponse = asked.request_async(&http).await.expect("two codes");
    let code = asked.user_code().secret().clone();
    let person = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        server.allowed(&code).await;
    });
    let tokens = client.exchange_device_access_token(&asked).request_async(&http, tokio::time::sleep, None).await;
    person.await.expect("a person");
    let tokens = tokens.expect("tokens");
    assert!(tokens.refresh_token().is_some() && tokens.scopes().is_some_and(|scopes| scopes.len() == 1));
}
