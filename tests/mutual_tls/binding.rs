//! Tokens that are bound to the certificate of the client (RFC 8705 sections 3, 4 and 6).

use grantor::{Dpop, JwtAccessTokens, MutualTls, Rs256, SigningKeys};
use serde_json::{Value, json};

use crate::{
    MACHINE, SIMPLE, ask, bound_to, code, introspect, other, own, peer, redeeming, refreshing, said, thumbprint, verified,
};

fn cnf() -> Value {
    json!({"x5t#S256": thumbprint(own())})
}

/// What is asked for, and what is read of the answer.
type Asked = (&'static [(&'static str, &'static str)], &'static [&'static str]);

/// The token request of each grant, and whether there is a refresh token.
const WITHOUT_CODES: [Asked; 3] = [
    (&SIMPLE, &["pub", "bound", "conf", "tls", "tls-bound"]),
    (&MACHINE, &["conf", "tls", "tls-bound"]),
    (
        &[("grant_type", "password"), ("username", "username"), ("password", "password")],
        &["pub", "bound", "conf", "tls", "tls-bound"],
    ),
];

// shows: RFC8705-3.4-01, RFC8705-3.1-02
#[tokio::test]
async fn tokens_of_every_grant_are_bound_for_clients_that_registered_it() {
    let peer = peer!();
    for (pairs, clients) in WITHOUT_CODES {
        for client in clients {
            let asks = client.ends_with("bound");
            let answer = ask(&peer, client, pairs, verified(own())).await;
            assert_eq!(said(&answer), "200 Bearer", "{client} {pairs:?} {answer:?}");
            assert_eq!(bound_to(&peer, &answer).await, if asks { cnf() } else { Value::Null }, "{client} {pairs:?}");
            // Without a certificate: who asked for it gets none that is not.
            let without = match *client {
                "bound" => "400 invalid_request",
                "tls" | "tls-bound" => "401 invalid_client",
                _ => "200 Bearer",
            };
            assert_eq!(said(&ask(&peer, client, pairs, None).await), without, "{client} {pairs:?}");
        }
    }
    for (client, expected) in [("pub", Value::Null), ("bound", cnf()), ("tls", Value::Null), ("tls-bound", cnf())] {
        let tokens = ask(&peer, client, &redeeming(&code(&peer, client).await), verified(own())).await;
        assert_eq!(bound_to(&peer, &tokens).await, expected, "{client}");
    }
}

#[tokio::test]
async fn a_code_is_not_spent_where_the_certificate_is_missing() {
    let peer = peer!();
    let code = code(&peer, "bound").await;
    assert_eq!(said(&ask(&peer, "bound", &redeeming(&code), None).await), "400 invalid_request");
    assert_eq!(said(&ask(&peer, "bound", &redeeming(&code), verified(own())).await), "200 Bearer");
    assert_eq!(said(&ask(&peer, "bound", &redeeming(&code), verified(own())).await), "400 invalid_grant");
}

/// Of a client that does not authenticate: whoever has the refresh token has not the certificate (section 4). Others may change theirs
/// (section 7.1).
// shows: RFC8705-4-01
#[tokio::test]
async fn refresh_tokens_of_public_clients_are_bound() {
    let peer = peer!();
    let first = ask(&peer, "bound", &redeeming(&code(&peer, "bound").await), verified(own())).await;
    let refresh = first.member("refresh_token");
    // What is refused for its certificate spends nothing.
    for certificate in [verified(other()), None] {
        assert_eq!(said(&ask(&peer, "bound", &refreshing(&refresh), certificate).await), "400 invalid_grant");
    }
    let second = ask(&peer, "bound", &refreshing(&refresh), verified(own())).await;
    assert_eq!(bound_to(&peer, &second).await, cnf());
    // So is its successor.
    let next = second.member("refresh_token");
    assert_eq!(said(&ask(&peer, "bound", &refreshing(&next), verified(other())).await), "400 invalid_grant");
    assert_eq!(introspect(&peer, &next).await["cnf"], cnf());

    let first = ask(&peer, "tls-bound", &redeeming(&code(&peer, "tls-bound").await), verified(own())).await;
    let renewed = ask(&peer, "tls-bound", &refreshing(&first.member("refresh_token")), verified(other())).await;
    assert_eq!(bound_to(&peer, &renewed).await, json!({"x5t#S256": thumbprint(other())}), "it renewed its certificate");
}

/// A refresh token that is bound is worth nothing on a server that has the feature no longer.
#[tokio::test]
async fn what_is_bound_stays_so_where_the_feature_is_gone() {
    let clock = grantor::ManualClock::new(crate::common::START);
    let store = std::sync::Arc::new(grantor::MemoryStore::new());
    let with = crate::server!(store.clone(), clock, enable(MutualTls::required()));
    let without = crate::server!(store.clone(), clock, enable(Dpop::new()));
    let client = crate::clients().remove(0).build().expect("a client");
    with.register_client(client).await.expect("a registration");
    let (with, without) = (
        crate::common::Peer::new(with, crate::common::Approves, clock.clone()),
        crate::common::Peer::new(without, crate::common::Approves, clock.clone()),
    );
    let tokens = ask(&with, "pub", &redeeming(&code(&with, "pub").await), verified(own())).await;
    let refresh = tokens.member("refresh_token");
    for certificate in [None, verified(own())] {
        assert_eq!(said(&ask(&without, "pub", &refreshing(&refresh), certificate).await), "400 invalid_grant");
    }
    assert_eq!(said(&ask(&with, "pub", &refreshing(&refresh), verified(own())).await), "200 Bearer");
}

/// Every token is bound: to the certificate, whoever asks, unless to something else.
#[tokio::test]
async fn a_server_that_requires_it_has_no_bearer_tokens() {
    let peer = peer!(enable(MutualTls::required()));
    for (pairs, clients) in WITHOUT_CODES {
        for client in clients {
            let answer = ask(&peer, client, pairs, verified(own())).await;
            assert_eq!((said(&answer), bound_to(&peer, &answer).await), ("200 Bearer".to_owned(), cnf()), "{client} {pairs:?}");
            let without = if client.starts_with("tls") { "401 invalid_client" } else { "400 invalid_request" };
            assert_eq!(said(&ask(&peer, client, pairs, None).await), without, "{client} {pairs:?}");
        }
    }
    let tokens = ask(&peer, "pub", &redeeming(&code(&peer, "pub").await), verified(own())).await;
    let refresh = tokens.member("refresh_token");
    assert_eq!(said(&ask(&peer, "pub", &refreshing(&refresh), verified(other())).await), "400 invalid_grant");
    assert_eq!(said(&ask(&peer, "pub", &refreshing(&refresh), verified(own())).await), "200 Bearer");
}

/// The format of the token does not matter.
// shows: RFC8705-3.1-01, RFC8705-3.1-02
#[tokio::test]
async fn a_jwt_says_to_what_it_is_bound() {
    let keys = SigningKeys::ephemeral().algorithm(Rs256);
    let peer = peer!(enable(keys), enable(JwtAccessTokens::new("https://api.example.com")), enable(MutualTls::new()));
    let answer = ask(&peer, "bound", &SIMPLE, verified(own())).await;
    let token = answer.member("access_token");
    let claims: Value = serde_json::from_slice(&crate::jws::decode(token.split('.').nth(1).expect("claims"))).expect("JSON");
    assert_eq!(claims["cnf"], cnf());
    assert_eq!(thumbprint(own()).len(), 43, "without padding");
    assert_eq!(bound_to(&peer, &answer).await, cnf());
}

/// DPoP and certificates beside each other, in whichever order: each client as it likes.
mod beside_dpop {
    use super::*;
    use crate::common::{CALLBACK, PKCE, Peer, SECRET, START, basic, form};
    use crate::jws;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use grantor::{Algorithm, ClientCertificate, Interaction, KeyPair, OpenId, PushedAuthorizationRequests, ServesOAuth};
    use http::{Request, header};
    use sha2::{Digest as _, Sha256};

    fn proof(key: &KeyPair, url: &str, jti: &str) -> String {
        let proof_header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(key)});
        let claims = json!({"jti": jti, "htm": "POST", "htu": url, "iat": START.as_unix()});
        jws::signed(&proof_header.to_string(), &claims.to_string(), key)
    }

    async fn both<Sv: ServesOAuth, I: Interaction<Sv>>(
        peer: &Peer<Sv, I>,
        certificate: Option<ClientCertificate>,
        proof: Option<String>,
    ) -> crate::Answer {
        let mut request = Request::post("/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::AUTHORIZATION, basic("conf", SECRET));
        if let Some(certificate) = certificate {
            request = request.extension(certificate);
        }
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        peer.send(request.body(form(&MACHINE)).expect("a request")).await
    }

    macro_rules! each_as_it_likes {
        ($($feature:expr),*) => {{
            let key = jws::key(Algorithm::Es256);
            let jkt = json!({"jkt": key.public_key().thumbprint().to_string()});
            let peer = peer!($(enable($feature)),*);
            let url = "https://as.example.com/token";
            let answer = both(&peer, verified(own()), None).await;
            assert_eq!((said(&answer), bound_to(&peer, &answer).await), ("200 Bearer".to_owned(), cnf()));
            for certificate in [None, verified(own())] {
                let jti = format!("{certificate:?}");
                let answer = both(&peer, certificate, Some(proof(&key, url, &jti))).await;
                assert_eq!((said(&answer), bound_to(&peer, &answer).await), ("200 DPoP".to_owned(), jkt.clone()));
            }
            let neither = both(&peer, None, None).await;
            assert_eq!(neither.status, 400, "{neither:?}");
            assert!(["invalid_request", "invalid_dpop_proof"].contains(&&*neither.member("error")), "{neither:?}");
        }};
    }

    #[tokio::test]
    async fn each_client_binds_its_tokens_as_it_likes() {
        each_as_it_likes!(Dpop::required(), MutualTls::required());
        each_as_it_likes!(MutualTls::required(), Dpop::required());
        each_as_it_likes!(Dpop::new(), MutualTls::required());
        each_as_it_likes!(MutualTls::required(), Dpop::new());
    }

    /// A client that registered both has both.
    #[tokio::test]
    async fn one_that_registered_both_proves_both() {
        let peer = peer!(enable(Dpop::new()), enable(MutualTls::new()));
        let client =
            grantor::Client::confidential("conf", &SECRET.parse().expect("a secret")).grant_types(["client_credentials"]);
        crate::register!(peer, client.dpop_bound_access_tokens().tls_client_certificate_bound_access_tokens());
        let (key, url) = (jws::key(Algorithm::Es256), "https://as.example.com/token");
        assert_eq!(said(&both(&peer, verified(own()), None).await), "400 invalid_dpop_proof");
        assert_eq!(said(&both(&peer, None, Some(proof(&key, url, "1"))).await), "400 invalid_request");
        let answer = both(&peer, verified(own()), Some(proof(&key, url, "2"))).await;
        let keys = bound_to(&peer, &answer).await;
        assert_eq!((said(&answer), keys.as_object().map(|keys| keys.len())), ("200 DPoP".to_owned(), Some(2)), "{keys}");
    }

    /// A proof is for the URL at which the client asks, also where that is the alias for clients with certificates.
    // shows: RFC8705-5-01
    #[tokio::test]
    async fn a_proof_may_be_for_the_alias_of_the_endpoint() {
        let aliased = MutualTls::new().endpoint_aliases("https://mtls.example.com").expect("an origin");
        let peer = peer!(enable(Dpop::new()), enable(aliased));
        let key = jws::key(Algorithm::Es256);
        for (url, expected) in [
            ("https://as.example.com/token", "200 DPoP"),
            ("https://mtls.example.com/token", "200 DPoP"),
            ("https://mtls.example.com/introspect", "400 invalid_dpop_proof"),
            ("https://other.example.com/token", "400 invalid_dpop_proof"),
        ] {
            assert_eq!(said(&both(&peer, verified(own()), Some(proof(&key, url, url))).await), expected, "{url}");
        }
        let peer = peer!(enable(Dpop::new()), enable(MutualTls::new()));
        let answer = both(&peer, verified(own()), Some(proof(&key, "https://mtls.example.com/token", "3"))).await;
        assert_eq!(said(&answer), "400 invalid_dpop_proof");
    }

    /// So it is where requests are pushed, and at userinfo.
    // shows: RFC8705-5-01
    #[tokio::test]
    async fn a_proof_may_be_for_the_alias_of_each_endpoint_that_takes_one() {
        const ALIAS: &str = "https://mtls.example.com";
        let aliased = MutualTls::new().endpoint_aliases(ALIAS).expect("an origin");
        let keys = SigningKeys::ephemeral().algorithm(Rs256);
        let (pushing, openid) = (PushedAuthorizationRequests::new(), OpenId::new(()));
        let peer = peer!(enable(Dpop::new()), enable(aliased), enable(pushing), enable(keys), enable(openid));
        let person = grantor::Client::public("person").redirect_uri(CALLBACK).scope("openid");
        crate::register!(peer, person.grant_types(["authorization_code"]));
        let key = jws::key(Algorithm::Es256);
        let mut asking =
            vec![("response_type", "code"), ("client_id", "person"), ("redirect_uri", CALLBACK), ("scope", "openid")];
        asking.extend(PKCE);
        let post = async |path: &str, pairs: &[(&str, &str)], url: &str| {
            let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request = request.header("dpop", proof(&key, url, &format!("{path} {url}")));
            peer.send(request.body(form(pairs)).expect("a request")).await
        };
        for wrong in ["https://other.example.com/par".to_owned(), format!("{ALIAS}/token")] {
            post("/par", &asking, &wrong).await.assert_error(400, "invalid_dpop_proof");
        }
        let pushed = post("/par", &asking, &format!("{ALIAS}/par")).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let uri = pushed.member("request_uri");
        let brought = peer.authorize(&[("client_id", "person"), ("request_uri", &uri)]).await;
        let code = brought.query().remove("code").expect("a code");
        let redeeming = [&redeeming(&code)[..], &[("client_id", "person")]].concat();
        let token = post("/token", &redeeming, &format!("{ALIAS}/token")).await.member("access_token");
        let show = async |url: &str| {
            let proof_header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(&key)});
            let ath = URL_SAFE_NO_PAD.encode(Sha256::digest(&token));
            let claims = json!({"jti": url, "htm": "GET", "htu": url, "iat": START.as_unix(), "ath": ath});
            let proof = jws::signed(&proof_header.to_string(), &claims.to_string(), &key);
            let request = Request::get("/userinfo").header(header::AUTHORIZATION, format!("DPoP {token}"));
            peer.send(request.header("dpop", proof).body("").expect("a request")).await.status.as_u16()
        };
        for (url, expected) in [
            ("https://as.example.com/userinfo", 200),
            ("https://mtls.example.com/userinfo", 200),
            ("https://mtls.example.com/token", 401),
            ("https://other.example.com/userinfo", 401),
        ] {
            assert_eq!(show(url).await, expected, "{url}");
        }
    }
}
