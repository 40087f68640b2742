// legal: pass/openid.rs, fn pairwise
use grantor::{AuthorizationServer, ClientCredentials, KeyError, KeyPair, OpenId, Rs256, SigningKeys, issuer};
use ui_tests::PgStore;

pub fn serve(pair: KeyPair) -> Result<(), KeyError> {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(SigningKeys::fixed(Rs256, pair)?)
        .enable(OpenId::new(()))
        .build();
    Ok(())
}

fn main() {}
