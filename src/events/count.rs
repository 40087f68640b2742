//! Each event as a counter of its name (feature `metrics`): it is counted by the call that tells it.

#[cfg(feature = "metrics")]
use std::sync::atomic::{AtomicBool, Ordering};

/// One more of an event, with the fields that are labels.
#[cfg(feature = "metrics")]
macro_rules! count {
    ($name:literal $(, $label:ident)*) => {
        if $crate::events::count::is_on() {
            ::metrics::counter!($name $(, stringify!($label) => $crate::events::count::Value::shared($label))*).increment(1);
        }
    };
}

#[cfg(not(feature = "metrics"))]
macro_rules! count {
    ($($any:tt)*) => {};
}

/// Is there somebody who wants to know?
#[cfg(feature = "metrics")]
static ON: AtomicBool = AtomicBool::new(false);

#[cfg(feature = "metrics")]
pub(super) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// What a label can be.
#[cfg(feature = "metrics")]
pub(super) trait Value {
    fn shared(self) -> ::metrics::SharedString;
}

#[cfg(feature = "metrics")]
impl Value for &str {
    fn shared(self) -> ::metrics::SharedString {
        self.to_owned().into()
    }
}

#[cfg(feature = "metrics")]
impl Value for bool {
    fn shared(self) -> ::metrics::SharedString {
        if self { "true" } else { "false" }.into()
    }
}

/// The counters, each with the message of its event.
#[cfg(feature = "metrics")]
const COUNTERS: &[(&str, &str)] = &[
    ("grantor.authorize", "authorization granted"),
    (
        "grantor.not_as_asked",
        "an approval was refused: the person did not sign in as the client asks for, or was not asked for consent",
    ),
    ("grantor.issue", "tokens issued"),
    ("grantor.exchange", "token exchanged"),
    ("grantor.vouch", "assertion signed for another server"),
    ("grantor.not_trusted", "a token of another issuer was refused"),
    ("grantor.redeem", "code redeemed"),
    ("grantor.rotate", "refresh token rotated"),
    ("grantor.renew", "access token renewed"),
    ("grantor.push", "authorization request pushed"),
    ("grantor.not_authenticated", "client authentication failed"),
    ("grantor.refuse", "request refused"),
    ("grantor.client_document", "a client's metadata document was read"),
    ("grantor.client_document_failed", "a client's metadata document cannot be had"),
    ("grantor.client_changed", "a code or a refresh was refused: the client is described otherwise than when it was authorized"),
    ("grantor.replay", "replay detected: all tokens of the authorization are revoked"),
    ("grantor.revoke", "revoked"),
    ("grantor.revoke_all", "all authorizations revoked"),
    ("grantor.logout", "signed out"),
    ("grantor.logout_told", "a client was told that somebody signed out"),
    ("grantor.logout_failed", "a client could not be told that somebody signed out: it will be again"),
    ("grantor.logout_given_up", "a client was not told that somebody signed out, and will not be"),
    ("grantor.logout_not_delivered", "the storage does not say whom to tell that somebody signed out"),
    ("grantor.remove_client", "client removed"),
    ("grantor.register_client", "client registered itself"),
    ("grantor.change_registration", "client changed its registration"),
    ("grantor.refuse_registration", "registration refused"),
    ("grantor.too_many_registrations", "too many registrations: one more was refused"),
    ("grantor.use_not_noted", "the use of a client could not be noted"),
    ("grantor.device", "a device waits for its person"),
    ("grantor.too_many_guesses", "too many wrong codes were typed: one more was not looked up"),
    ("grantor.too_many_pending", "too many authorization requests wait to be decided: one more was refused"),
    ("grantor.rate_limited", "too many requests: one was refused"),
    ("grantor.rate_limits_failed", "the rate limits failed: a request was answered without them"),
    ("grantor.purge", "expired rows purged"),
    ("grantor.purge_failed", "expired rows could not be purged"),
    ("grantor.key_announced", "signing key announced"),
    ("grantor.key_withdrawn", "signing key withdrawn"),
    ("grantor.key_put_back", "the storage had lost what it knew of a signing key: put back"),
    ("grantor.keys_failed", "the signing keys could not be refreshed"),
];

/// Counts from now on, and tells the recorder what the metrics of this library are and their units (feature `metrics`). Call it once, after
/// the recorder was installed: before, nothing is counted or measured, and costs nothing. They are listed in [`manual::operating`](crate::manual::operating#metrics).
#[cfg(feature = "metrics")]
pub fn emit_metrics() {
    for (name, what) in COUNTERS {
        ::metrics::describe_counter!(*name, ::metrics::Unit::Count, *what);
    }
    super::latency::describe();
    ON.store(true, Ordering::Relaxed);
}
