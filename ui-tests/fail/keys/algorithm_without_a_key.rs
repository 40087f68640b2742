// legal: pass/keys.rs, fn side_by_side
use grantor::{AuthorizationServer, ClientCredentials, Es256, JwtAccessTokens, MasterKeys, Rs256, SigningKeys, issuer};
use ui_tests::PgStore;

fn main() {
    let master_keys = MasterKeys::from_bytes(b"not so random, but long enough here").unwrap();
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(master_keys)
        .grant(ClientCredentials::new())
        .enable(SigningKeys::stored().algorithm(Es256))
        .enable(JwtAccessTokens::new("https://api.example.com").algorithm_for(Rs256, ["https://billing.example.com"]))
        .build();
}
