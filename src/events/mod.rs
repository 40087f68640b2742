//! What the server says of its work, for logs and metrics: an event for each thing that happens to a token. Their names, levels and
//! fields are documented in [`manual::operating`](crate::manual::operating) and kept from release to release; no field holds a
//! token, a code or a secret. With the feature `metrics` each is a counter of its name besides.

#[macro_use]
mod count;
mod latency;

use std::fmt;
use std::time::Duration;

use tracing::field::display;
use tracing::{Level, event};

use crate::client::ClientId;
#[cfg(feature = "jose")]
use crate::values::clock::Timestamp;
use crate::values::error::StoreError;
use crate::values::issuer::Issuer;
use crate::values::scope::Scope;
use crate::values::subject::Subject;

#[cfg(feature = "metrics")]
pub use count::emit_metrics;
pub(crate) use latency::Stopwatch;

/// The target of all of them. In brackets are the fields that its counter has as labels: those that have few values, which are this
/// server's and never a request's.
macro_rules! emit {
    ($level:ident $name:literal $([$($label:ident),*])?, $($rest:tt)*) => {{
        event!(name: $name, target: "grantor", Level::$level, $($rest)*);
        count!($name $($(, $label)*)?);
    }};
}

/// What an event about an authorization says of it.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) client_id: &'a ClientId,
    /// Nobody where a client acts for itself.
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) scope: &'a Scope,
    /// Its identifier, which is no secret.
    pub(crate) authorization: &'a (dyn fmt::Display + Sync),
}

/// An event about an authorization, with what it says of it.
macro_rules! emit_about {
    ($level:ident $name:literal $([$($label:ident),*])?, $about:expr, $($rest:tt)*) => {{
        let About { issuer, client_id, subject, scope, authorization } = $about;
        let subject = subject.map(display);
        emit!($level $name $([$($label),*])?, %issuer, %client_id, subject, %scope, %authorization, $($rest)*)
    }};
}

/// The resource owner granted an authorization request. Where nothing goes out that would be revoked, nothing began.
pub(crate) fn authorized(
    issuer: &Issuer,
    client_id: &ClientId,
    subject: &Subject,
    scope: &Scope,
    authorization: Option<&(dyn fmt::Display + Sync)>,
    response_type: &'static str,
) {
    let authorization = authorization.map(display);
    emit!(INFO "grantor.authorize" [response_type], %issuer, %client_id, %subject, %scope, authorization, response_type, "authorization granted");
}

/// An approval did not do what the client had asked for about the sign-in, or what its client needs, and was refused: the application
/// overlooked something.
pub(crate) fn not_as_asked(issuer: &Issuer, client_id: &ClientId, error: &'static str) {
    emit!(WARN "grantor.not_as_asked" [error], %issuer, %client_id, error, "an approval was refused: the person did not sign in as the client asks for, or was not asked for consent");
}

/// Tokens were issued by a grant that begins an authorization of its own.
pub(crate) fn issued(about: About<'_>, grant_type: &'static str) {
    emit_about!(INFO "grantor.issue" [grant_type], about, grant_type, "tokens issued");
}

/// A token was exchanged for one of an authorization that descends from its own. Nobody acts for the subject where the client
/// impersonates them.
pub(crate) fn exchanged(about: About<'_>, grant_type: &'static str, actor: Option<&str>, parent: &dyn fmt::Display) {
    let parent = display(parent);
    emit_about!(INFO "grantor.exchange" [grant_type], about, grant_type, actor, parent, "token exchanged");
}

/// An assertion for another server was signed. The subject is as that server calls them.
#[cfg(feature = "jose")]
pub(crate) fn vouched(issuer: &Issuer, client_id: &ClientId, subject: &str, scope: &Scope, audience: &str) {
    emit!(INFO "grantor.vouch", %issuer, %client_id, subject, %scope, audience, "assertion signed for another server");
}

/// An assertion, or a token that was to be exchanged, was refused. It is not said of whom it claims to be: nobody knows.
#[cfg(feature = "jose")]
pub(crate) fn not_trusted(issuer: &Issuer, client_id: &ClientId, parameter: &'static str, reason: &dyn fmt::Display) {
    let reason = display(reason);
    emit!(WARN "grantor.not_trusted" [parameter], %issuer, %client_id, parameter, reason, "a token of another issuer was refused");
}

/// A code was redeemed.
pub(crate) fn redeemed(about: About<'_>) {
    emit_about!(INFO "grantor.redeem", about, "code redeemed");
}

/// A refresh token was rotated; or, within its window, retried.
pub(crate) fn rotated(about: About<'_>, retried: bool) {
    emit_about!(INFO "grantor.rotate" [retried], about, retried, "refresh token rotated");
}

/// An access token was renewed with a refresh token that stays what it is.
pub(crate) fn renewed(about: About<'_>) {
    emit_about!(INFO "grantor.renew", about, "access token renewed");
}

/// An authorization request was pushed.
pub(crate) fn pushed(issuer: &Issuer, client_id: &ClientId, scope: &Scope) {
    emit!(INFO "grantor.push", %issuer, %client_id, %scope, "authorization request pushed");
}

/// A request did not prove to be of the client that it names, which is told if there is one of that name.
pub(crate) fn not_authenticated(issuer: &Issuer, client_id: Option<&ClientId>, method: &'static str) {
    let client_id = client_id.map(display);
    emit!(INFO "grantor.not_authenticated" [method], %issuer, client_id, method, "client authentication failed");
}

/// A request of a client that is known was refused.
pub(crate) fn refused(issuer: &Issuer, client_id: &ClientId, endpoint: &'static str, code: &str) {
    emit!(INFO "grantor.refuse" [endpoint, code], %issuer, %client_id, endpoint, code, "request refused");
}

/// A document was read that describes a client, or another one than before.
pub(crate) fn client_document(issuer: &Issuer, client_id: &ClientId, fingerprint: &str, host_is_known: bool) {
    emit!(INFO "grantor.client_document", %issuer, %client_id, fingerprint, host_is_known, "a client's metadata document was read");
}

/// There is no document of a client. Its URL is what a stranger says, so of it only the host is told.
pub(crate) fn client_document_failed(issuer: &Issuer, host: &str, error: &(dyn std::error::Error + 'static)) {
    emit!(WARN "grantor.client_document_failed", %issuer, host, detail = error, "a client's metadata document cannot be had");
}

/// A refresh was refused, since the client is described otherwise than when people agreed to it.
pub(crate) fn client_changed(
    issuer: &Issuer,
    client_id: &ClientId,
    subject: Option<&Subject>,
    scope: &Scope,
    authorization: Option<&(dyn fmt::Display + Sync)>,
) {
    let (subject, authorization) = (subject.map(display), authorization.map(display));
    emit!(INFO "grantor.client_changed", %issuer, %client_id, subject, %scope, authorization, "a code or a refresh was refused: the client is described otherwise than when it was authorized");
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
pub(crate) fn replayed(about: About<'_>, kind: Kind) {
    let kind = kind.as_str();
    emit_about!(WARN "grantor.replay" [kind], about, kind, "replay detected: all tokens of the authorization are revoked");
}

/// A client, or the resource owner, took something back.
pub(crate) fn revoked(about: About<'_>, kind: Kind) {
    let kind = kind.as_str();
    emit_about!(INFO "grantor.revoke" [kind], about, kind, "revoked");
}

/// Everything of a client or a person was taken back, so many authorizations.
pub(crate) fn revoked_all(issuer: &Issuer, client_id: Option<&ClientId>, subject: Option<&Subject>, authorizations: u64) {
    let (client_id, subject) = (client_id.map(display), subject.map(display));
    emit!(INFO "grantor.revoke_all", %issuer, client_id, subject, authorizations, "all authorizations revoked");
}

/// A person signed out: their sign-in ended, in which so many clients had got an authorization.
#[cfg(feature = "jose")]
pub(crate) fn signed_out(issuer: &Issuer, subject: &Subject, session: &(dyn fmt::Display + Sync), clients: usize) {
    emit!(INFO "grantor.logout", %issuer, %subject, %session, clients, "signed out");
}

/// A client took a logout token.
#[cfg(feature = "jose")]
pub(crate) fn logout_told(issuer: &Issuer, client_id: &ClientId, session: &(dyn fmt::Display + Sync)) {
    emit!(INFO "grantor.logout_told", %issuer, %client_id, %session, "a client was told that somebody signed out");
}

/// A client did not take a logout token; it is told again later.
#[cfg(feature = "jose")]
pub(crate) fn logout_failed(
    issuer: &Issuer,
    client_id: &ClientId,
    session: &(dyn fmt::Display + Sync),
    attempts: u32,
    error: &(dyn std::error::Error + 'static),
) {
    emit!(WARN "grantor.logout_failed", %issuer, %client_id, %session, attempts, detail = error, "a client could not be told that somebody signed out: it will be again");
}

/// A client did not take a logout token, and is not told any more.
#[cfg(feature = "jose")]
pub(crate) fn logout_given_up(
    issuer: &Issuer,
    client_id: &ClientId,
    session: &(dyn fmt::Display + Sync),
    attempts: u32,
    error: &(dyn std::error::Error + 'static),
) {
    emit!(ERROR "grantor.logout_given_up", %issuer, %client_id, %session, attempts, detail = error, "a client was not told that somebody signed out, and will not be");
}

/// Which clients are to be told that somebody signed out could not be read, or kept.
#[cfg(feature = "jose")]
pub(crate) fn logout_not_delivered(issuer: &Issuer, error: &StoreError) {
    let detail: &dyn std::error::Error = error;
    emit!(ERROR "grantor.logout_not_delivered", %issuer, detail, "the storage does not say whom to tell that somebody signed out");
}

/// A client was removed.
pub(crate) fn client_removed(issuer: &Issuer, client_id: &ClientId) {
    emit!(INFO "grantor.remove_client", %issuer, %client_id, "client removed");
}

/// A client registered itself.
pub(crate) fn client_registered(issuer: &Issuer, client_id: &ClientId) {
    emit!(INFO "grantor.register_client", %issuer, %client_id, "client registered itself");
}

/// A client changed what it had registered.
pub(crate) fn registration_changed(issuer: &Issuer, client_id: &ClientId) {
    emit!(INFO "grantor.change_registration", %issuer, %client_id, "client changed its registration");
}

/// A request to register a client, or to read or change what it registered, was refused.
pub(crate) fn registration_refused(issuer: &Issuer, code: &'static str) {
    emit!(INFO "grantor.refuse_registration" [code], %issuer, code, "registration refused");
}

/// There are as many clients that registered themselves as are kept, or as many requests as are taken: one more was refused.
pub(crate) fn too_many_registrations(issuer: &Issuer, of: &'static str) {
    emit!(WARN "grantor.too_many_registrations" [of], %issuer, of, "too many registrations: one more was refused");
}

/// It could not be noted that a client was used that registered itself; the next use makes up for it.
pub(crate) fn use_not_noted(issuer: &Issuer, client_id: &ClientId, error: &StoreError) {
    let detail: &dyn std::error::Error = error;
    emit!(WARN "grantor.use_not_noted", %issuer, %client_id, detail, "the use of a client could not be noted");
}

/// A device asked, and waits for its person.
pub(crate) fn deferred(issuer: &Issuer, client_id: &ClientId, scope: &Scope) {
    emit!(INFO "grantor.device", %issuer, %client_id, %scope, "a device waits for its person");
}

/// So many wrong codes were typed that one more is not looked up, of one source or in all.
pub(crate) fn too_many_guesses(issuer: &Issuer) {
    emit!(WARN "grantor.too_many_guesses", %issuer, "too many wrong codes were typed: one more was not looked up");
}

/// As many authorization requests wait for their people as this server keeps: one more was refused.
pub(crate) fn too_many_pending(issuer: &Issuer) {
    emit!(WARN "grantor.too_many_pending", %issuer, "too many authorization requests wait to be decided: one more was refused");
}

/// There were too many requests: of a source, or of a client that has proved who it is.
pub(crate) fn rate_limited(issuer: &Issuer, endpoint: &'static str, client_id: Option<&ClientId>, retry_after: u64) {
    let (of, client_id) = (if client_id.is_some() { "client" } else { "source" }, client_id.map(display));
    emit!(INFO "grantor.rate_limited" [endpoint, of], %issuer, client_id, endpoint, of, retry_after, "too many requests: one was refused");
}

/// Nobody could say whether there were too many requests: one was answered.
pub(crate) fn rate_limits_failed(issuer: &Issuer, endpoint: &'static str, error: &StoreError) {
    let detail: &dyn std::error::Error = error;
    emit!(WARN "grantor.rate_limits_failed" [endpoint], %issuer, endpoint, detail, "the rate limits failed: a request was answered without them");
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

/// This instance announced a signing key.
#[cfg(feature = "jose")]
pub(crate) fn key_announced(issuer: &Issuer, kid: &str, algorithm: &'static str, signs_from: Timestamp) {
    emit!(INFO "grantor.key_announced" [algorithm], %issuer, kid, algorithm, signs_from = signs_from.as_unix(), "signing key announced");
}

/// A signing key was withdrawn: it neither signs nor is published any more.
#[cfg(feature = "jose")]
pub(crate) fn key_withdrawn(issuer: &Issuer, kid: &str) {
    emit!(WARN "grantor.key_withdrawn", %issuer, kid, "signing key withdrawn");
}

/// The storage had lost a signing key, or that it was withdrawn, as one does that is restored from a backup; this instance put it back.
#[cfg(feature = "jose")]
pub(crate) fn key_put_back(issuer: &Issuer, kid: &str) {
    emit!(WARN "grantor.key_put_back", %issuer, kid, "the storage had lost what it knew of a signing key: put back");
}

/// The signing keys could not be refreshed, and are what they were.
#[cfg(feature = "jose")]
pub(crate) fn keys_not_refreshed(issuer: &Issuer, error: &(dyn std::error::Error + 'static)) {
    emit!(ERROR "grantor.keys_failed", %issuer, detail = error, "the signing keys could not be refreshed");
}
