//! Legal neighbours of the rules about OpenID Connect.

use grantor::{
    AccessTokenStore, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, BackChannelLogout, ClaimsSource,
    ClientStore, Code, CodeIdToken, CodeIdTokenToken, Durable, Es256, Fetcher, IdToken, IdTokenToken, Implicit, KeyPair,
    KeySealer, KeyStore, MasterKeys, OpenId, RefreshToken, Rfc6749, RpInitiatedLogout, Rs256, SigningKeys, StoredKeys, issuer,
};
use ui_tests::PgStore;

ui_tests::signs_out!();

fn typical(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(keys)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(OpenId::new(()))
        .enable(SigningKeys::stored().algorithm(Es256).algorithm(Rs256))
        .build();
}

fn pairwise(keys: MasterKeys, pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()).pairwise_subjects())
        .master_keys(keys)
        .build();
}

fn logout(pair: KeyPair, fetcher: Fetcher) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .fetcher(fetcher)
        .grant(AuthorizationCode::new())
        .grant(RefreshToken::new())
        .response_type(Code)
        .enable(BackChannelLogout::new())
        .enable(RpInitiatedLogout::new(SignsOut))
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()))
        .build();
}

/// For whatever knows the people, seals the keys and keeps the rest.
fn whatever<S, C, L>(store: S, people: C, sealer: L) -> AuthorizationServer<S, (AuthorizationCode,), (Code,), Provider<C, L>>
where
    S: ClientStore + AuthorizationCodeStore + AccessTokenStore + KeyStore + Durable,
    C: ClaimsSource,
    L: KeySealer,
{
    AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::stored_with(sealer).algorithm(Rs256))
        .enable(OpenId::new(people))
        .build()
}
type Provider<C, L> = (SigningKeys<(Rs256,), StoredKeys<L>>, OpenId<C>);

fn front(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .profile(Rfc6749)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .grant(Implicit::new())
        .response_type(IdToken)
        .response_type(IdTokenToken)
        .response_type(CodeIdToken)
        .response_type(CodeIdTokenToken)
        .enable(SigningKeys::fixed(Rs256, pair).expect("a key"))
        .enable(OpenId::new(()))
        .build();
}

pub fn main() {
    let pair = || KeyPair::generate(grantor::Algorithm::Rs256).expect("a key");
    let keys = MasterKeys::parse("6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=").expect("a key");
    typical(keys.clone());
    whatever(PgStore, (), keys.clone());
    pairwise(keys, pair());
    front(pair());
    logout(pair(), Fetcher::new().expect("a fetcher"));
}
