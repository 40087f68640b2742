// legal: pass/profiles.rs, fn fapi2
use grantor::{AuthorizationServer, ClientCredentials, Dpop, Fapi2, Password, PrivateKeyJwt, issuer};
use ui_tests::{NoPasswords, PgStore};

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Fapi2)
        .issuer(issuer!("https://bank.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .grant(Password::new(NoPasswords))
        .enable(PrivateKeyJwt::inline_keys())
        .enable(Dpop::required())
        .build();
}
