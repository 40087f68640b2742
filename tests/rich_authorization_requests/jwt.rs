//! Access tokens that are JWTs say what they permit (RFC 9396 section 9.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{
    AccessTokenClaims, AuthorizationDetails, Es256, JwtAccessTokens, ManualClock, MemoryStore, NewAccessToken, SigningKeys,
    StoreError,
};
use serde_json::{Value, json};

use crate::common::{Decides, Peer, START};
use crate::{Payment, accounts, assert_permits, begun, grants_all, payment, refreshed, register, server};

/// Says how much may be paid in all, as figure 20 of RFC 9396 says the debtor's account.
struct Totals;

impl AccessTokenClaims for Totals {
    type Claims = Value;
    async fn claims(&self, token: NewAccessToken<'_>) -> Result<Value, StoreError> {
        let payments = token.authorization_details().map(AuthorizationDetails::of::<Payment>).transpose();
        let payments = payments.map_err(StoreError::failed)?.unwrap_or_default();
        Ok(json!({"total": payments.iter().map(|payment| payment.amount.value).sum::<u64>()}))
    }
}

fn said(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

// shows: RFC9396-9.1-01, RFC9396-9-02
#[tokio::test]
async fn a_jwt_has_what_it_permits_as_a_claim_and_a_narrower_one_has_less() {
    let clock = ManualClock::new(START);
    let keys = SigningKeys::ephemeral().algorithm(Es256);
    let format = JwtAccessTokens::new("https://api.example.com").claims(Totals);
    let server = server!(MemoryStore::new(), clock, enable(keys), enable(format));
    register!(server);
    let peer = Peer::new(server, Decides(grants_all), clock);
    let all = json!([payment(7), payment(5), accounts(&["list"])]);
    let first = begun(&peer, &all).await;
    let claims = said(&first.member("access_token"));
    assert_eq!((&claims["authorization_details"], &claims["total"]), (&all, &json!(12)));
    // Introspection says of the token what the token says, and not what the authorization does.
    assert_permits(&peer, &first, &all).await;
    let less = json!([payment(3)]);
    let second = refreshed(&peer, &first.member("refresh_token"), Some(&less)).await;
    assert_eq!(said(&second.member("access_token"))["authorization_details"], less);
    assert_permits(&peer, &second, &less).await;
    let plain = peer.redeem(&peer.code_for(&crate::asking("")).await).await;
    assert_eq!(said(&plain.member("access_token")).get("authorization_details"), None);
}
