// legal: pass/openid.rs, fn pairwise
use grantor::{AuthorizationCode, AuthorizationServer, Code, KeyError, KeyPair, OpenId, Rs256, SigningKeys, issuer};
use ui_tests::PgStore;

pub fn serve(pair: KeyPair) -> Result<(), KeyError> {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::fixed(Rs256, pair)?)
        .enable(OpenId::new(PgStore).acr_values(["urn:example:two-factor"]))
        .build();
    Ok(())
}

fn main() {}
