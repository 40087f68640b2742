//! Legal neighbours of the rules about requests and responses that are signed.

use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, ClientStore, Code, Durable, Es256, Fetcher,
    FixedKeys, InlineKeys, Jarm, JarmRequired, KeyPair, OnlyOnce, ReplayStore, RequestObjects, SigningKeys, SigningRequired,
    issuer,
};
use ui_tests::PgStore;

fn signed_requests() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RequestObjects::inline_keys().required().once())
        .build();
}

fn fetched(fetcher: Fetcher) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RequestObjects::new())
        .fetcher(fetcher)
        .storage(PgStore)
        .build();
}

fn signed_responses(key: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(Jarm::required())
        .enable(SigningKeys::fixed(Es256, key).expect("a key"))
        .build();
}

type Server<S> = AuthorizationServer<
    S,
    (AuthorizationCode,),
    (Code,),
    (RequestObjects<InlineKeys, SigningRequired, OnlyOnce>, Jarm<JarmRequired>, SigningKeys<(Es256,), FixedKeys>),
>;

/// For whatever keeps what it needs.
fn whatever<S>(store: S, key: KeyPair) -> Server<S>
where
    S: ClientStore + AuthorizationCodeStore + AccessTokenStore + ReplayStore + Durable,
{
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(RequestObjects::inline_keys().required().once())
        .enable(Jarm::required())
        .enable(SigningKeys::fixed(Es256, key).expect("a key"))
        .build()
}

pub fn main() {
    signed_requests();
    let key = || KeyPair::generate(grantor::Algorithm::Es256).expect("a key");
    signed_responses(key());
    let _ = whatever(PgStore, key());
    fetched(Fetcher::new().expect("TLS"));
}
