// legal: pass/profiles.rs, fn fapi2
use grantor::{
    AuthorizationCode, AuthorizationServer, Code, Dpop, Es256, Fapi2, JwtAccessTokens, MasterKeys, PrivateKeyJwt,
    PushedAuthorizationRequests, Rs256, SigningKeys, issuer,
};
use ui_tests::PgStore;

fn main() {
    let _server = AuthorizationServer::builder()
        .profile(Fapi2)
        .issuer(issuer!("https://bank.example.com"))
        .storage(PgStore)
        .master_keys(MasterKeys::parse("6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=").unwrap())
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(SigningKeys::stored().algorithm(Es256).algorithm(Rs256))
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(PrivateKeyJwt::inline_keys())
        .enable(PushedAuthorizationRequests::required())
        .enable(Dpop::required())
        .build();
}
