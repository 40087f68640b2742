//! Logout tokens (OpenID Connect Back-Channel Logout section 2.4).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use zeroize::Zeroizing;

use crate::client::Client;
use crate::core::Core;
use crate::feature::open_id::{algorithm, sid, subject};
use crate::issue::Keyring;
use crate::jose::LogoutTokenJwt;
use crate::storage::LogoutNotice;
use crate::values::error::OAuthError;
use crate::values::json::{self, MemberSink as _, name};
use crate::values::random::random;

/// Seconds (section 2.4 recommends two minutes at most).
const LIFETIME: u64 = 120;

/// The one event that there is.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The token that tells the client.
pub(super) async fn sign<S, K: Keyring>(
    core: &Core<S>,
    keys: &K,
    client: &Client,
    notice: &LogoutNotice,
) -> Result<Zeroizing<String>, OAuthError> {
    let now = core.now();
    let sub = subject::of(core, client, &notice.subject)?;
    let sid = sid::of(core, client, &notice.session)?;
    let jti = URL_SAFE_NO_PAD.encode(random::<16>()?);
    let claims: Bytes = json::object(384, |members| {
        members.string(name!("iss"), core.issuer.as_str());
        members.string(name!("sub"), &sub);
        members.string(name!("aud"), client.id().as_str());
        members.number(name!("iat"), now.as_unix());
        members.number(name!("exp"), now.saturating_add_secs(LIFETIME).as_unix());
        members.string(name!("jti"), &jti);
        members.string(name!("sid"), &sid);
        members.value("events", &serde_json::json!({ EVENT: {} }));
    });
    keys.sign::<LogoutTokenJwt>(Some(algorithm::of_id_tokens(client, keys)?), &claims, now).await
}
