//! Legal neighbours of the rules about devices.

use bytes::Bytes;
use grantor::rules::HasGrant;
use grantor::{
    AccessTokenStore, Approval, AuthorizationCode, AuthorizationServer, ClientStore, Code, DeferredStore, DeviceCode,
    DeviceError, Durable, FeaturesOn, GrantList, RefreshToken, ResponseTypeList, Subject, issuer,
};
use http::{HeaderMap, Request};
use ui_tests::PgStore;

fn alone() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(DeviceCode::new())
        .build();
}

/// The storage comes last.
fn beside_others(on: bool) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(on.then(DeviceCode::new))
        .grant(RefreshToken::new())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .storage(PgStore)
        .build();
}

fn page(server: &AuthorizationServer<PgStore, (DeviceCode,)>) {
    let _devices = server.devices();
}

/// Whatever the server is.
async fn decided<S, G, R, F, P>(
    server: &AuthorizationServer<S, G, R, F, P>,
    alice: Subject,
    http: &Request<Bytes>,
) -> Result<(), DeviceError>
where
    S: ClientStore + DeferredStore,
    G: GrantList + HasGrant<DeviceCode>,
    R: ResponseTypeList,
    F: FeaturesOn<S>,
{
    let typed = server.devices().enter("WDJB-MJHT", http).await?;
    let seen = server.devices().resume(typed.handle(), &HeaderMap::new()).await?;
    server.devices().approve(seen, Approval::by(alice)).await
}

/// For whatever keeps what it needs.
fn whatever<S: ClientStore + DeferredStore + AccessTokenStore + Durable>(store: S) -> AuthorizationServer<S, (DeviceCode,)> {
    AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(store).grant(DeviceCode::new()).build()
}

pub fn main() {
    alone();
    beside_others(true);
    let _ = |server: &AuthorizationServer<PgStore, (DeviceCode,)>, alice, http: &Request<Bytes>| {
        page(server);
        drop(decided(server, alice, http))
    };
    let _ = whatever(PgStore);
}
