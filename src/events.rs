//! What the server says of its work, for logs and metrics: an event for each thing that happens to a token. Their names, levels and
//! fields are documented in [`manual::operating`](crate::manual::operating) and kept from release to release; no field holds a
//! token, a code or a secret.

use std::time::Duration;

use tracing::{Level, event};

use crate::client::ClientId;
use crate::error::StoreError;
use crate::issuer::Issuer;

/// The target of all of them.
macro_rules! emit {
    ($level:ident $name:literal, $($rest:tt)*) => { event!(name: $name, target: "grantor", Level::$level, $($rest)*) };
}

/// The resource owner granted an authorization request.
pub(crate) fn authorized(issuer: &Issuer, client_id: &ClientId, response_type: &str) {
    emit!(INFO "grantor.authorize", %issuer, %client_id, response_type, "authorization granted");
}

/// Tokens were issued by a grant that begins an authorization of its own.
pub(crate) fn issued(issuer: &Issuer, client_id: &ClientId, grant_type: &str) {
    emit!(INFO "grantor.issue", %issuer, %client_id, grant_type, "tokens issued");
}

/// A code was redeemed.
pub(crate) fn redeemed(issuer: &Issuer, client_id: &ClientId) {
    emit!(INFO "grantor.redeem", %issuer, %client_id, "code redeemed");
}

/// A refresh token was rotated; or, within its window, retried.
pub(crate) fn rotated(issuer: &Issuer, client_id: &ClientId, retried: bool) {
    emit!(INFO "grantor.rotate", %issuer, %client_id, retried, "refresh token rotated");
}

/// What was replayed, or revoked.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Code,
    AccessToken,
    RefreshToken,
    Authorization,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::Authorization => "authorization",
        }
    }
}

/// Something that was used already came again, and its family is revoked.
pub(crate) fn replayed(issuer: &Issuer, client_id: &ClientId, kind: Kind) {
    emit!(WARN "grantor.replay", %issuer, %client_id, kind = kind.as_str(), "replay detected: all tokens of the authorization are revoked");
}

/// A client, or the resource owner, took something back.
pub(crate) fn revoked(issuer: &Issuer, client_id: &ClientId, kind: Kind) {
    emit!(INFO "grantor.revoke", %issuer, %client_id, kind = kind.as_str(), "revoked");
}

/// As many authorization requests wait for their people as this server keeps: one more was refused.
pub(crate) fn too_many_pending(issuer: &Issuer) {
    emit!(WARN "grantor.too_many_pending", %issuer, "too many authorization requests wait to be decided: one more was refused");
}

/// Expired rows were removed.
pub(crate) fn purged(rows: u64, took: Duration) {
    emit!(DEBUG "grantor.purge", rows, took_seconds = took.as_secs_f64(), "expired rows purged");
}

/// Expired rows could not be removed; the next time makes up for it.
pub(crate) fn not_purged(error: &StoreError) {
    let detail: &dyn std::error::Error = error;
    emit!(ERROR "grantor.purge_failed", detail, "expired rows could not be purged");
}
