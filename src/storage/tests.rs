//! What the tests of the stores share. The rules of the contract are in [`contract`](super::contract).

use super::contract::block_on;
use super::*;
use crate::client::ClientId;
use crate::values::scope::Scope;

/// The result of a step, without a runtime.
pub(super) fn run<T>(step: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    block_on(step)
}

/// The result of a step that succeeds.
pub(super) fn ok<T>(step: impl Future<Output = Result<T, StoreError>>) -> T {
    run(step).unwrap()
}

pub(super) const FAMILY: FamilyId = FamilyId::from_bytes([7; 16]);

pub(super) fn t(seconds: u64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

pub(super) fn issuer(host: &str) -> Issuer {
    Issuer::parse(&format!("https://{host}.example.com")).unwrap()
}

pub(super) fn hash(name: &str) -> TokenHash {
    TokenHash::of(name)
}

pub(super) fn client_id() -> ClientId {
    ClientId::parse("app").unwrap()
}

pub(super) fn client() -> CheckedClient {
    CheckedClient::new(Client::public("app").redirect_uri("https://app.example.com/").build().unwrap())
}

pub(super) fn details() -> TokenDetails {
    TokenFacts::new(None::<Subject>, Scope::default()).into_details()
}

pub(super) fn family(id: FamilyId) -> FamilyRecord {
    FamilyRecord::new(id, client_id(), None, t(0), details())
}

fn token(name: &str, expires_at: u64) -> TokenRecord {
    TokenRecord::new(hash(name), FAMILY, 0, client_id(), t(0), t(expires_at), details())
}

/// The access token `a0` until 100 and the refresh token `r0` until 1000.
pub(super) fn tokens() -> Issue {
    Issue::new(None, Some(token("a0", 100)), Some(token("r0", 1000)))
}

/// An access token until 100.
pub(super) fn access(name: &str) -> Issue {
    Issue::new(None, Some(token(name, 100)), None)
}
