//! The end session endpoint (OpenID Connect RP-Initiated Logout sections 2 to 4).

use std::sync::atomic::Ordering;

use grantor::Client;
use http::{Request, StatusCode};

use crate::common::SentBack as _;
use crate::common::html_form::Form;
use crate::common::{Answer, with};
use crate::provider::{AFTER, ISSUER, Provider, hint, provider};

/// The form of the page that asks, and the cookie that goes with it.
struct Asked {
    form: Form,
    cookie: String,
}

impl Asked {
    #[track_caller]
    fn read(answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        assert!(cookie.starts_with("__Host-grantor-browser-"), "{answer:?}");
        let form = Form::without_script(&answer.body);
        assert_eq!((&*form.action, &*form.method), ("https://as.example.com/end_session", "post"));
        Self { form, cookie }
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        self.form.inputs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    async fn confirm(&self, provider: &Provider) -> Answer {
        provider.post(&self.fields(), &[("cookie", &self.cookie), ("sec-fetch-site", "same-origin")]).await
    }
}

// shows: OIDC-RPLOGOUT-2-08, OIDC-RPLOGOUT-2-09, OIDC-RPLOGOUT-2-11, OIDC-RPLOGOUT-2-18
#[tokio::test]
async fn an_id_token_of_the_person_signs_them_out_and_sends_them_back() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let request = [("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER), ("state", "a b&c"), ("client_id", "a")];
    let answer = provider.end(&request).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    assert!(answer.location().starts_with(AFTER) && answer.query()["state"] == "a b&c", "{answer:?}");
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2, "{answer:?}");
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    assert_eq!((provider.app.who(), provider.app.signed_out.load(Ordering::Relaxed)), (None, 1));
    assert!(!provider.is_active(&tokens).await);
    provider.refresh("a", &tokens).await.assert_error(400, "invalid_grant");
    provider.authorize("a", &[("prompt", "none")]).await.assert_query_error("login_required");
}

// shows: OIDC-RPLOGOUT-2-11
#[tokio::test]
async fn a_form_does_the_same_as_a_query() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let answer = provider.post(&[("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER)], &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, AFTER));
    assert_eq!(provider.app.who(), None);
}

/// A browser leaves out the cookies of a post that another site made it send: the same is posted once more from here, and stays in a form.
#[tokio::test]
async fn a_form_of_another_site_is_asked_for_again() {
    let provider = provider().await;
    for headers in [[("sec-fetch-site", "cross-site")], [("origin", "https://a.example.com")]] {
        let tokens = provider.tokens("a").await;
        let request = [("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER), ("state", "s"), ("other", "x")];
        let answer = provider.post(&request, &headers).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::OK, ""), "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        let form = Form::read(&answer.body);
        assert_eq!((&*form.action, &*form.method), ("https://as.example.com/end_session", "post"));
        assert!(provider.app.who().is_some() && !answer.body.contains("other"), "{answer:?}");
        let again: Vec<_> = form.inputs.iter().map(|(name, value)| (&**name, &**value)).collect();
        let own = if headers[0].0 == "origin" { ("origin", ISSUER) } else { ("sec-fetch-site", "same-origin") };
        let answer = provider.post(&again, &[own]).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, &*format!("{AFTER}?state=s")));
        provider.app.sign_in("alice", "1");
    }
}

// shows: OIDC-RPLOGOUT-2-14
#[tokio::test]
async fn an_id_token_that_has_expired_is_good_enough() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    provider.peer.clock.advance(3_600);
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&tokens))]).await);
}

// shows: OIDC-RPLOGOUT-2-17, OIDC-RPLOGOUT-2-18, OIDC-RPLOGOUT-3-02, OIDC-RPLOGOUT-2-10, OIDC-RPLOGOUT-2-16
#[tokio::test]
async fn without_an_id_token_the_person_is_asked_and_sent_nowhere() {
    for request in [&[][..], &[("client_id", "a"), ("post_logout_redirect_uri", AFTER), ("state", "s"), ("logout_hint", "x")]] {
        let provider = provider().await;
        let tokens = provider.tokens("a").await;
        let answer = provider.end(request).await;
        provider.assert_asked(&answer);
        assert!(provider.is_active(&tokens).await);
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{answer:?}");
        let asked = Asked::read(&answer);
        provider.assert_signed_out(&asked.confirm(&provider).await);
        assert!(!provider.is_active(&tokens).await);
        // A second click.
        provider.assert_signed_out(&asked.confirm(&provider).await);
    }
}

#[tokio::test]
async fn the_page_that_asks_is_answered_in_its_browser_and_nowhere_else() {
    let provider = provider().await;
    let asked = Asked::read(&provider.end(&[("client_id", "a")]).await);
    let other = Asked::read(&provider.end(&[]).await);
    assert_ne!(asked.cookie, other.cookie);
    let fields = asked.fields();
    let confirmation = asked.form.input("confirmation");
    let proof = confirmation.split_once('.').expect("a handle and a proof").1;
    let changed = confirmation.replace(proof, &"A".repeat(43));
    for (fields, cookie) in [
        (fields.clone(), ""),
        (fields.clone(), &*other.cookie),
        (with(&fields, &[("confirmation", other.form.input("confirmation"))]), &*asked.cookie),
        (with(&fields, &[("confirmation", &changed)]), &*asked.cookie),
        (with(&fields, &[("confirmation", "")]), &*asked.cookie),
        (with(&fields, &[("confirmation", confirmation.split_once('.').expect("two").0)]), &*asked.cookie),
        (with(&fields, &[("confirmation", "x")]), &*asked.cookie),
    ] {
        provider.assert_asked(&provider.post(&fields, &[("cookie", cookie)]).await);
    }
    // Nor by a link.
    let query = crate::common::form(&fields);
    let link = Request::get(format!("/end_session?{query}")).header("cookie", &*asked.cookie).body("").expect("a request");
    provider.assert_asked(&provider.peer.send(link).await);
    provider.assert_signed_out(&asked.confirm(&provider).await);
}

// shows: OIDC-RPLOGOUT-2-15, OIDC-RPLOGOUT-2-17
#[tokio::test]
async fn somebody_elses_id_token_is_no_consent() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    provider.app.sign_in("bob", "2");
    let bobs = provider.tokens("a").await;
    let answer = provider.end(&[("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER)]).await;
    provider.assert_asked(&answer);
    assert!(provider.is_active(&tokens).await && provider.is_active(&bobs).await);
    let answer = Asked::read(&answer).confirm(&provider).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, AFTER));
    // Bob is signed out; Alice, in another browser, is not.
    assert!(provider.is_active(&tokens).await && !provider.is_active(&bobs).await);
}

/// Of a client that nobody vetted only people are sent back who have signed in to it (RFC 9700 section 4.11.2): with an ID token of their own
/// a stranger sends nobody anywhere.
#[tokio::test]
async fn people_go_back_to_a_client_that_nobody_vetted_if_it_is_theirs() {
    let provider = provider().await;
    let (tokens, again) = (provider.tokens("a").await, provider.tokens("a").await);
    provider.app.sign_in("bob", "2");
    let bobs = provider.tokens("a").await;
    let unvetted = crate::provider::client("a").post_logout_redirect_uri(AFTER).build().expect("a client").unvetted();
    provider.peer.server.register_client(unvetted).await.expect("a registration");
    let request = |tokens| [("id_token_hint", hint(tokens)), ("post_logout_redirect_uri", AFTER), ("state", "s")];
    // Their own.
    let answer = provider.end(&request(&bobs)).await;
    assert!(answer.status == StatusCode::SEE_OTHER && answer.location().starts_with(AFTER), "{answer:?}");
    assert_eq!(answer.query()["state"], "s");
    // Somebody else's, whatever the person answers.
    provider.app.sign_in("bob", "3");
    let answer = provider.end(&request(&tokens)).await;
    let answer = Asked::read(&answer).confirm(&provider).await;
    assert!(answer.status == StatusCode::OK && answer.location().is_empty(), "{answer:?}");
    // Nobody is signed in.
    let answer = provider.end(&request(&again)).await;
    let answer = Asked::read(&answer).confirm(&provider).await;
    assert!(answer.status == StatusCode::OK && answer.location().is_empty(), "{answer:?}");
}

#[tokio::test]
async fn an_id_token_of_an_earlier_sign_in_of_the_person_ends_both() {
    let provider = provider().await;
    let first = provider.tokens("a").await;
    provider.app.sign_in("alice", "2");
    let second = provider.tokens("b").await;
    provider.app.sign_in("alice", "3");
    let third = provider.tokens("b").await;
    provider.app.sign_in("alice", "2");
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&first))]).await);
    assert!(!provider.is_active(&first).await && !provider.is_active(&second).await);
    assert!(provider.is_active(&third).await);
}

/// Somebody else may have come by the ID token: no sign-in ends without a question in a browser in which it is not.
// shows: OIDC-RPLOGOUT-2-17
#[tokio::test]
async fn where_nobody_is_signed_in_any_more_the_id_token_says_which_sign_in_may_end() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    provider.app.elsewhere();
    provider.assert_signed_out(&provider.end(&[]).await);
    assert!(provider.is_active(&tokens).await);
    let request = [("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER)];
    let answer = provider.end(&request).await;
    assert!(answer.body.contains("Sign out?") && answer.location().is_empty(), "{answer:?}");
    assert!(provider.is_active(&tokens).await);
    let answer = Asked::read(&answer).confirm(&provider).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, AFTER));
    assert!(!provider.is_active(&tokens).await);
    assert_eq!(provider.app.signed_out.load(Ordering::Relaxed), 0);
    // Again, when it has ended: there is nothing to ask about.
    let answer = provider.end(&request).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, AFTER));
}

// shows: OIDC-RPLOGOUT-2-15, OIDC-RPLOGOUT-2-17
#[tokio::test]
async fn an_id_token_of_a_sign_in_that_is_over_is_no_consent_to_end_another() {
    let provider = provider().await;
    let first = provider.tokens("a").await;
    provider.assert_signed_out(&provider.end(&[("id_token_hint", hint(&first))]).await);
    for session in ["1", "2"] {
        provider.app.sign_in("alice", session);
        let second = provider.tokens("a").await;
        let answer = provider.end(&[("id_token_hint", hint(&first))]).await;
        provider.assert_asked(&answer);
        assert!(provider.is_active(&second).await);
        provider.assert_signed_out(&Asked::read(&answer).confirm(&provider).await);
        assert!(!provider.is_active(&second).await);
    }
}

// shows: OIDC-RPLOGOUT-2-08, OIDC-RPLOGOUT-3-03, OIDC-RPLOGOUT-4-01, OIDC-RPLOGOUT-4-02, OIDC-RPLOGOUT-4-03
#[tokio::test]
async fn nobody_is_sent_to_what_the_client_did_not_register() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let longer = format!("{AFTER}/");
    let query = format!("{AFTER}?foo=bar");
    for uri in
        [&*longer, &query, "https://c.example.com/bye", "https://ownauth.com/Signed-Out", "x", "https://ownauth.com/callback"]
    {
        let request = [("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", uri), ("state", "s")];
        provider.assert_refused(&provider.end(&request).await);
        provider.assert_refused(&provider.post(&request, &[]).await);
    }
    assert!(provider.is_active(&tokens).await);
}

// shows: OIDC-RPLOGOUT-2-04, OIDC-RPLOGOUT-2-13, OIDC-RPLOGOUT-4-01, OIDC-RPLOGOUT-4-02
#[tokio::test]
async fn what_is_no_id_token_of_this_server_for_this_client_is_refused() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let good = hint(&tokens);
    let [header, claims, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().expect("three parts");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    let changed = format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>());
    let access_token = tokens["access_token"].as_str().expect("a token");
    let long = "a".repeat(50_000);
    for bad in ["x", "a.b.c", &unsigned, &changed, access_token, &long] {
        provider.assert_refused(&provider.end(&[("id_token_hint", bad), ("post_logout_redirect_uri", AFTER)]).await);
        provider.assert_refused(&provider.end(&[("id_token_hint", bad)]).await);
    }
    // Section 2: the client that is named is the one to which the ID token was given.
    for named in ["b", "nobody"] {
        provider.assert_refused(&provider.end(&[("id_token_hint", good), ("client_id", named)]).await);
    }
    let twice = format!("/end_session?id_token_hint={good}&id_token_hint={good}");
    provider.assert_refused(&provider.peer.get(&twice).await);
    provider.assert_refused(&provider.peer.get("/end_session?state=%zz").await);
    provider.assert_signed_out(&provider.end(&[("id_token_hint", good)]).await);
}

#[tokio::test]
async fn a_client_that_is_gone_signs_nobody_out() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    let id = grantor::ClientId::parse("a").expect("an identifier");
    assert!(provider.peer.server.remove_client(&id).await.expect("a store"));
    provider.assert_refused(&provider.end(&[("id_token_hint", hint(&tokens)), ("post_logout_redirect_uri", AFTER)]).await);
}

#[tokio::test]
async fn what_fails_can_be_tried_again() {
    let provider = provider().await;
    let tokens = provider.tokens("a").await;
    provider.app.fails.store(true, Ordering::Relaxed);
    let answer = provider.end(&[("id_token_hint", hint(&tokens))]).await;
    answer.assert_page(503);
    assert!(provider.app.who().is_some());
    provider.app.fails.store(false, Ordering::Relaxed);
    // The sign-in of the ID token has ended meanwhile, so the person is asked.
    let answer = provider.end(&[("id_token_hint", hint(&tokens))]).await;
    provider.assert_asked(&answer);
    provider.assert_signed_out(&Asked::read(&answer).confirm(&provider).await);
}

#[tokio::test]
async fn other_methods_are_refused_and_so_is_plain_http() {
    let provider = provider().await;
    let request = |method: &str| Request::builder().method(method).uri("/end_session").body("").expect("a request");
    for (method, status) in [("DELETE", 405), ("PUT", 405), ("OPTIONS", 204)] {
        assert_eq!(provider.peer.send(request(method)).await.status, status, "{method}");
    }
    provider.assert_refused(&provider.post(&[("a", "b")], &[("content-type", "text/plain")]).await);
}

// shows: OIDC-RPLOGOUT-2-07, OIDC-RPLOGOUT-3.1-01, OIDC-RPLOGOUT-3.1-03, OIDC-BACKCHANNEL-2.2-01, OIDC-BACKCHANNEL-2.2-02, OIDC-BACKCHANNEL-2.2-04, OIDC-BACKCHANNEL-2.2-05, OIDC-BACKCHANNEL-2.2-07
#[test]
fn where_people_go_after_signing_out_is_checked_as_redirect_uris_are() {
    let with = |uri: &str| Client::public("x").redirect_uri("https://x.example.com/").post_logout_redirect_uri(uri).build();
    assert!(with("https://x.example.com/bye").is_ok() && with("com.example.app:/bye").is_ok());
    for uri in ["", "/bye", "https://x.example.com/#bye", "javascript:alert(1)", "http://x.example.com/"] {
        let error = with(uri).map(drop).expect_err(uri).to_string();
        assert!(error.starts_with("`post_logout_redirect_uris`"), "{error}");
    }
    let told = |uri: &str| Client::public("x").redirect_uri("https://x.example.com/").backchannel_logout_uri(uri).build();
    assert!(told("https://x.example.com/out?a=b").is_ok());
    for uri in ["", "http://x.example.com/", "https://x.example.com/#a", "ftp://x.example.com/"] {
        assert!(told(uri).map(drop).expect_err(uri).to_string().starts_with("`backchannel_logout_uri`"));
    }
}
