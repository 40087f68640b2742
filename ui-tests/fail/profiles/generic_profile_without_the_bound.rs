// legal: pass/profiles.rs, fn fapi2
use grantor::rules::AcceptsStorage;
use grantor::{AllowsNoCodes, AllowsUnaimedTokens, AuthorizationServer, ClientCredentials, Profile, issuer};
use ui_tests::PgStore;

fn machines<P: Profile<Base: AllowsNoCodes + AllowsUnaimedTokens> + AcceptsStorage<PgStore>>(profile: P) {
    let _server = AuthorizationServer::builder()
        .profile(profile)
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .build();
}

fn main() {}
