// legal: pass/storage.rs, fn authorizations
use grantor::storage::FamilyRecord;
use grantor::{AuthorizationCode, AuthorizationServer, Code, StoreError, Subject};
use ui_tests::NoPurge;

type Server = AuthorizationServer<NoPurge, (AuthorizationCode,), (Code,)>;

pub async fn my_authorizations(server: &Server, subject: &Subject) -> Result<Vec<FamilyRecord>, StoreError> {
    server.authorizations(subject).await
}

fn main() {}
