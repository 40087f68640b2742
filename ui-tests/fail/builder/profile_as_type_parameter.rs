// legal: pass/generic.rs, fn profile
use grantor::rules::BelowFapi2;
use grantor::{AllowsNoCodes, AllowsUnaimedTokens, AuthorizationServer, ClientCredentials, Profile, SqliteStore, issuer};

pub fn serve<P: Profile<Base: AllowsNoCodes + AllowsUnaimedTokens + BelowFapi2>>(profile: P, store: SqliteStore) {
    let _server = AuthorizationServer::builder()
        .profile(profile)
        .issuer(issuer!("https://as.example.com"))
        .storage(store)
        .grant(ClientCredentials::new())
        .build();
}

fn main() {}
