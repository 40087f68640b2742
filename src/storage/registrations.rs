//! What it takes that clients register themselves.

use std::future::Future;

use super::ClientRegistry;
use crate::client::{CheckedClient, Client, ClientId};
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;

/// Keeps clients that register themselves (RFC 7591): bounds how many there are, changes them only as they were seen, and lets those end
/// that nobody uses. A client with an end ([`Client::unused_until`]) is such a client. Its end is kept beside its text, and comes with it
/// from every look-up; one whose end has come may be found until it is [purged](super::PurgeExpired): whoever looks it up takes it for none.
#[diagnostic::on_unimplemented(
    message = "the storage `{Self}` cannot keep clients that register themselves",
    label = "registration over HTTP needs `RegistrationStore`",
    note = "strangers register clients and change them (RFC 7591 section 3, RFC 7592 section 2): implement `RegistrationStore` for `{Self}`, which bounds how many there are and ends those that nobody uses"
)]
pub trait RegistrationStore: ClientRegistry {
    /// Adds a client, as one that registered itself, or that the operator registers in place of none. There is always room where `room` is
    /// [`u32::MAX`], and nobody counts then. The first case that applies decides:
    ///
    /// 1. There are as many clients of this issuer with an end that is still to come at `now` as there is `room` for, or more: `false`;
    ///    nothing changes.
    /// 2. A client with the same identifier is there: an error.
    /// 3. Else store it: `true`. (Callers who meet may leave one more each.)
    fn add_client(
        &self,
        issuer: &Issuer,
        client: CheckedClient,
        room: u32,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Stores the client in place of `was`, which has the same identifier. The first case that applies decides:
    ///
    /// 1. What is kept under the identifier is not `was`, or there is nothing: `false`; nothing changes. Two clients are the same if their
    ///    [texts](Client::to_json) are, whatever their ends.
    /// 2. Else store it: `true`. Of several callers with the same `was` to one only. Its end is the later one of its own and of that
    ///    which was kept; if its own is none, it has none.
    fn replace_client(
        &self,
        issuer: &Issuer,
        was: &Client,
        client: CheckedClient,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Moves the end of a client that was used to `until`, if it has an end and that is earlier. A client that is not there is not an
    /// error.
    fn keep_client(
        &self,
        issuer: &Issuer,
        id: &ClientId,
        until: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
