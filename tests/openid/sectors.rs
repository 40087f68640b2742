//! Clients that share their pairwise subjects although they are on several hosts (`sector_identifier_uri`, OpenID Connect Registration
//! section 5).

use std::sync::Arc;

use grantor::{
    Algorithm, AuthorizationCode, AuthorizationServer, Client, ClientBuilder, ClientRejection, ClientStore as _, Code,
    Development, Fetcher, KeyPair, MasterKeys, MemoryStore, OAuth21, OpenId, RegisterError, Rs256, SigningKeys, SubjectType,
    issuer,
};

use crate::script::{Answer, Script};

const DOCUMENT: &str = "https://sector.example.com/redirect_uris.json";
const ONE: &str = "https://one.example.com/callback";
const OTHER: &str = "https://other.example.com/callback";

macro_rules! server {
    ($(.$fetcher:ident($with:expr))?) => {{
        let key = KeyPair::generate(Algorithm::Rs256).expect("a key");
        AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .master_keys(MasterKeys::parse("6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=").expect("a key"))
            $(.$fetcher($with))?
            .grant(AuthorizationCode::new())
            .response_type(Code)
            .enable(SigningKeys::fixed(Rs256, key).expect("a key"))
            .enable(OpenId::new(()).pairwise_subjects())
            .build()
    }};
}

fn client() -> ClientBuilder {
    let client = Client::public("app").redirect_uri(ONE).redirect_uri(OTHER).scope("openid");
    client.subject_type(SubjectType::Pairwise).sector_identifier_uri(DOCUMENT)
}

fn rejections(error: RegisterError) -> Vec<ClientRejection> {
    match error {
        RegisterError::Rejected(rejected) => rejected.reasons().to_vec(),
        other => panic!("{other}"),
    }
}

async fn register(answer: Answer, client: ClientBuilder) -> (Result<(), Vec<ClientRejection>>, usize) {
    let script = Arc::new(Script::of([answer]));
    let server = server!(.fetcher(Fetcher::with(script.clone())));
    let registered = server.register_client(client.build().expect("a client")).await;
    let kept = server.storage().client(server.issuer(), "app").await.expect("a store");
    assert_eq!(kept.is_some(), registered.is_ok());
    (registered.map_err(rejections), script.requests())
}

// shows: OIDC-CORE-8.1-03, OIDC-CORE-8.1-06
#[tokio::test]
async fn the_document_has_to_list_all_redirect_uris() {
    let listed = |uris: &[&str]| Answer::json(serde_json::json!(uris).to_string());
    assert_eq!(register(listed(&[OTHER, "https://third.example.com/", ONE]), client()).await, (Ok(()), 1));
    for (uris, missing) in
        [(&[ONE][..], OTHER), (&[OTHER], ONE), (&[], ONE), (&[ONE, "https://OTHER.example.com/callback"], OTHER)]
    {
        let (refused, _) = register(listed(uris), client()).await;
        assert_eq!(refused, Err(vec![ClientRejection::OtherSector(missing.to_owned())]), "{uris:?}");
    }
}

#[tokio::test]
async fn a_document_that_is_none_is_refused_in_one_word() {
    for body in ["{}", "\"x\"", "[1]", "[[\"https://one.example.com/callback\"]]"] {
        let (refused, _) = register(Answer::json(body), client()).await;
        assert_eq!(refused, Err(vec![ClientRejection::SectorIdentifierUri]), "{body}");
    }
    let inside = Client::public("app").redirect_uri(ONE).sector_identifier_uri("https://10.0.0.1/uris.json");
    assert_eq!(register(Answer::json("[]"), inside).await, (Err(vec![ClientRejection::SectorIdentifierUri]), 0));
}

#[tokio::test]
async fn without_a_fetcher_it_is_refused_where_it_would_count() {
    let server = server!();
    let refused = server.register_client(client().build().expect("a client")).await;
    assert_eq!(refused.map_err(rejections), Err(vec![ClientRejection::SectorNotFetched]));
    let public = client().subject_type(SubjectType::Public).build().expect("a client");
    assert!(server.register_client(public).await.is_ok());
}
