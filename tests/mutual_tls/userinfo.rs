//! Bound tokens at the userinfo endpoint (OpenID Connect Core section 5.3, RFC 8705 section 3).

use grantor::{Client, ClientCertificate, MutualTls, OpenId, Rs256, SigningKeys};
use http::{Request, header};

use crate::certificates::{key, self_signed, usual};
use crate::common::{CALLBACK, PKCE};
use crate::{ask, other, own, peer, redeeming, unverified, verified};

// shows: RFC8705-3-02, RFC8705-3-03
#[tokio::test]
async fn a_bound_token_is_shown_with_the_certificate() {
    let keys = SigningKeys::ephemeral().algorithm(Rs256);
    let peer = peer!(enable(keys), enable(OpenId::new(())), enable(MutualTls::new()));
    let client = Client::public("person").redirect_uri(CALLBACK).scope("openid").grant_types(["authorization_code"]);
    crate::register!(peer, client.tls_client_certificate_bound_access_tokens());
    let mut pairs = vec![("response_type", "code"), ("client_id", "person"), ("redirect_uri", CALLBACK), ("scope", "openid")];
    pairs.extend(PKCE);
    let code = peer.code_for(&pairs).await;
    let token = ask(&peer, "person", &redeeming(&code), unverified(own())).await.member("access_token");
    let show = async |scheme: &str, certificate: Option<ClientCertificate>| {
        let mut request = Request::get("/userinfo").header(header::AUTHORIZATION, format!("{scheme} {token}"));
        if let Some(certificate) = certificate {
            request = request.extension(certificate);
        }
        let answer = peer.send(request.body("").expect("a request")).await;
        let word = if answer.status.is_success() { answer.member("sub") } else { answer.member("error") };
        format!("{} {word}", answer.status.as_u16())
    };
    for (certificate, expected) in [
        (unverified(own()), "200 username"),
        (verified(own()), "200 username"),
        (verified(other()), "401 invalid_token"),
        (unverified(&self_signed(&usual("payments"), key())), "401 invalid_token"),
        (None, "401 invalid_token"),
    ] {
        assert_eq!(show("Bearer", certificate.clone()).await, expected, "{certificate:?}");
    }
}
