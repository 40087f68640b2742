//! Access tokens that are JWTs say what they permit (RFC 9396 section 9.1); and beside OpenID Connect nobody grants in silence.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor::{
    AccessTokenClaims, Approval, AuthorizationDetails, Claims, ClaimsFor, ClaimsSource, Es256, JwtAccessTokens, ManualClock,
    MemoryStore, NewAccessToken, OpenId, Rs256, SigningKeys, StandardClaims, StoreError,
};
use serde_json::{Value, json};

use crate::common::SentBack as _;
use crate::common::{Decides, Peer, START, subject, with};
use crate::{Payment, accounts, asking, assert_permits, begun, grants_all, payment, refreshed, register, server};

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
    let plain = peer.redeem(&peer.code_for(&asking("")).await).await;
    assert_eq!(said(&plain.member("access_token")).get("authorization_details"), None);
}

struct Nobody;

impl ClaimsSource for Nobody {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims<()>, StoreError> {
        Ok(StandardClaims::default().into())
    }
}

/// An application that lets people in who agreed before has no details to name, and is told that somebody has to look at them.
#[tokio::test]
async fn a_silent_sign_in_grants_nothing_in_detail() {
    let clock = ManualClock::new(START);
    let keys = SigningKeys::ephemeral().algorithm(Rs256);
    let server = server!(MemoryStore::new(), clock, enable(keys), enable(OpenId::new(Nobody)));
    register!(server);
    let remembers = Decides(|request| {
        let approval = Approval::by(subject("alice")).authenticated_at(START);
        let all = request.parameter("all").is_some();
        let details = request.authorization_details().filter(|_| all).cloned();
        let approval = details.iter().fold(approval, |approval, details| approval.details(details));
        request.approve(approval)
    });
    let peer = Peer::new(server, remembers, clock);
    let text = json!([payment(7)]).to_string();
    for more in [&[("prompt", "none")][..], &[("prompt", "none"), ("all", "1")], &[("all", "1")]] {
        peer.authorize(&with(&asking(&text), more)).await.assert_query_error("consent_required");
    }
    let plain = peer.authorize(&with(&asking(""), &[("prompt", "none")])).await;
    assert!(plain.query().contains_key("code"), "{plain:?}");
}
