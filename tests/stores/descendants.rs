//! Authorizations that descend from others, as token exchange will begin them: seen over HTTP, they end with what they descend from.

use std::sync::Arc;

use bytes::Bytes;
use grantor::storage::{FamilyId, FamilyRecord, FoundFamily, FoundToken, Issue, Spend, Spending, TokenRecord};
use grantor::{
    AccessTokenStore, AuthorizationCodeStore, AuthorizationServer, Client, ClientCredentials, ClientRegistry, ClientSecret,
    ClientStore, Development, FamilyStore, Issuer, ManualClock, MemoryStore, OAuth21, PostgresStore, RefreshTokenStore,
    SqliteStore, StoreError, Timestamp, TokenHash, forward, issuer,
};
use http::Request;

use crate::common::postgres::Cluster;
use crate::common::{Answer, SECRET, START, basic, fixture_on};

/// Begins a family under the one that has this access token, with an access token and a refresh token of these texts.
async fn begin_under<S: RefreshTokenStore + AccessTokenStore>(store: &S, parent: &str, [access, refresh]: [&str; 2], id: u8) {
    let issuer = issuer!("https://as.example.com");
    let found = store.find_access_token(&issuer, &TokenHash::of(parent), START).await.expect("an answer").expect("a token");
    let parent = store.family(&issuer, &found.record.family, START).await.expect("an answer").expect("its family").record;
    let FamilyRecord { client_id, subject, details, .. } = parent.clone();
    let family = FamilyRecord::new(FamilyId::from_bytes([id; 16]), client_id, subject, START, details).descending_from(parent.id);
    let token = |text: &str, lifetime| {
        let (hash, until, details) = (TokenHash::of(text), START.saturating_add_secs(lifetime), family.details.clone());
        TokenRecord::new(hash, family.id, 0, family.client_id.clone(), START, until, details)
    };
    // Longer than anything in the parent lives.
    let issue = Issue::new(None, Some(token(access, 600)), Some(token(refresh, 90 * 86_400)));
    let begun = store.begin_family(&issuer, family, issue, None, START).await.expect("an answer");
    assert_eq!(begun, Spending::First);
}

async fn ends_with_what_it_descends_from<S>(store: S)
where
    S: ClientRegistry + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore + Clone,
{
    let peer = fixture_on(store.clone(), 0).await;
    let (access_token, refresh_token) = peer.tokens().await;
    begin_under(&store, &access_token, ["child", "child's"], 1).await;
    begin_under(&store, "child", ["grandchild", "grandchild's"], 2).await;
    for token in ["child", "child's", "grandchild", "grandchild's"] {
        assert!(peer.is_active(token).await, "{token}");
    }
    // Each is refreshed by itself, and is none the worse for what becomes of the tokens of others.
    let refreshed = peer.refresh("grandchild's").await;
    let of_grandchild = [refreshed.member("access_token"), refreshed.member("refresh_token")];
    let refresh_token = peer.refresh(&refresh_token).await.member("refresh_token");
    for token in ["child", &of_grandchild[0], &of_grandchild[1]] {
        assert!(peer.is_active(token).await, "{token}");
    }

    let revoked = peer.post("/revoke", None, &[("client_id", "pub"), ("token", &refresh_token)]).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    for token in ["child", "child's", &of_grandchild[0], &of_grandchild[1]] {
        assert!(!peer.is_active(token).await, "{token}");
    }
    for token in ["child's", &of_grandchild[1]] {
        peer.refresh(token).await.assert_error(400, "invalid_grant");
    }
    let grandchild = store.family(peer.server.issuer(), &FamilyId::from_bytes([2; 16]), START).await;
    let grandchild = grandchild.expect("an answer").expect("it is remembered");
    assert!(!grandchild.is_live(START) && grandchild.record.parent == Some(FamilyId::from_bytes([1; 16])));
}

#[tokio::test]
async fn in_memory() {
    ends_with_what_it_descends_from(MemoryStore::new()).await;
}

#[tokio::test]
async fn in_a_sqlite_file() {
    let directory = tempfile::tempdir().expect("a directory");
    ends_with_what_it_descends_from(SqliteStore::open(directory.path().join("auth.db")).expect("a store")).await;
}

#[tokio::test]
async fn in_a_postgres_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let store: PostgresStore = cluster.store().await;
    ends_with_what_it_descends_from(store).await;
}

/// Answers whoever begins a family as if it descended from one that is revoked, or has too many ancestors.
struct Refuses(MemoryStore, Spending);

impl Refuses {
    fn inner(&self) -> &MemoryStore {
        &self.0
    }
}

impl ClientStore for Refuses {
    async fn client(&self, issuer: &Issuer, id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        self.0.client(issuer, id).await
    }
}

impl ClientRegistry for Refuses {
    forward!(ClientRegistry => MemoryStore, Self::inner);
}

impl FamilyStore for Refuses {
    async fn begin_family(
        &self,
        _: &Issuer,
        _: FamilyRecord,
        _: Issue,
        _: Option<Spend>,
        _: Timestamp,
    ) -> Result<Spending, StoreError> {
        Ok(self.1.clone())
    }
    async fn family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<Option<FoundFamily>, StoreError> {
        Ok(None)
    }
    async fn revoke_family(&self, _: &Issuer, _: &FamilyId, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

impl AccessTokenStore for Refuses {
    async fn find_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<Option<FoundToken>, StoreError> {
        Ok(None)
    }
    async fn revoke_access_token(&self, _: &Issuer, _: &TokenHash, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn what_cannot_begin_is_refused_and_no_token_goes_out() {
    for refusal in [Spending::Orphaned, Spending::TooDeep] {
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(Refuses(MemoryStore::new(), refusal))
            .clock(ManualClock::new(START))
            .grant(ClientCredentials::new())
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let client = Client::confidential("conf", &secret).grant_types(["client_credentials"]).build().expect("a client");
        server.register_client(client).await.expect("a registration");
        let request = Request::post("/token")
            .header("authorization", basic("conf", SECRET))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from_static(b"grant_type=client_credentials"))
            .expect("a request");
        Answer::from(server.token().handle(request).await).assert_error(400, "invalid_request");
    }
}
