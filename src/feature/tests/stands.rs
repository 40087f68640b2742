//! `StillAuthorized` against every grant that continues something.

use std::sync::{Arc, Mutex};

use http::Request;

use super::{Alice, Answer, SECRET, host};
use crate::feature::{AuthorizationPolicy, Ongoing, Standing, StillAuthorized};
use crate::values::error::StoreError;
use crate::{
    AuthorizationServer, Client, ClientSecret, Development, Introspection, MemoryStore, Password, RefreshToken, Rfc6749, Scope,
    ServesOAuth, issuer,
};

/// Says what it was told to say, and notes what it was asked.
#[derive(Clone)]
struct Says(Arc<Mutex<(Option<Standing>, Vec<String>)>>);

impl Says {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((Some(Standing::Stands), Vec::new()))))
    }
    fn set(&self, standing: Option<Standing>) {
        self.0.lock().unwrap().0 = standing;
    }
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().1)
    }
}

impl AuthorizationPolicy for Says {
    async fn standing(&self, ongoing: Ongoing<'_>) -> Result<Standing, StoreError> {
        let mut state = self.0.lock().unwrap();
        let subject = ongoing.subject().map_or("nobody", |subject| subject.as_str());
        state.1.push(format!("{subject} {} {}", ongoing.client_id(), ongoing.scope()));
        assert_eq!(ongoing.authorization().to_string().len(), 22);
        state.0.clone().ok_or(StoreError::Unavailable { retry_after: None })
    }
}

#[tokio::test]
async fn the_application_is_asked_at_each_refresh_and_may_end_what_was_granted() {
    let says = Says::new();
    let host = host!(StillAuthorized::new(says.clone()), Introspection::new());
    let tokens = host.redeem(&[], &host.code().await).await;
    assert!(says.asked().is_empty());
    let tokens = host.refresh(&[], &tokens.member("refresh_token")).await;
    assert_eq!(says.asked(), ["alice app read"]);

    // It cannot say: nothing is lost.
    says.set(None);
    assert_eq!(host.refresh(&[], &tokens.member("refresh_token")).await.error(), "503 temporarily_unavailable");
    assert_eq!(host.introspect(&[], &tokens.member("access_token")).await.json()["active"], true);
    says.set(Some(Standing::Ended));
    assert_eq!(host.refresh(&[], &tokens.member("refresh_token")).await.error(), "400 invalid_grant");
    // And all that descends from it is dead, whatever is said later.
    assert_eq!(host.introspect(&[], &tokens.member("access_token")).await.json()["active"], false);
    says.set(Some(Standing::Stands));
    assert_eq!(host.refresh(&[], &tokens.member("refresh_token")).await.error(), "400 invalid_grant");
}

#[tokio::test]
async fn what_was_granted_may_become_less_and_more_again() {
    let says = Says::new();
    let host = host!(Introspection::new(), StillAuthorized::new(says.clone()).at_introspection());
    let both = host.token(&[], "grant_type=password&username=alice&password=x&scope=read write").await;
    let narrow = |scope: &str| says.set(Some(Standing::NarrowedTo(Scope::parse(scope).unwrap())));
    narrow("write other");
    assert_eq!(host.introspect(&[], &both.member("access_token")).await.json()["scope"], "write");
    let less = host.refresh(&[], &both.member("refresh_token")).await;
    assert_eq!(less.member("scope"), "write");
    // Of what is asked for, or of all, nothing is left: not a token that would seem to have it, and nothing is lost.
    let asked = format!("grant_type=refresh_token&scope=read&refresh_token={}", less.member("refresh_token"));
    assert_eq!(host.token(&[], &asked).await.error(), "400 invalid_scope");
    narrow("other");
    assert_eq!(host.refresh(&[], &less.member("refresh_token")).await.error(), "400 invalid_scope");
    assert_eq!(host.introspect(&[], &less.member("access_token")).await.text, r#"{"active":false}"#);
    says.set(Some(Standing::Stands));
    let again = host.refresh(&[], &less.member("refresh_token")).await;
    assert_eq!(again.member("scope"), "read write");
    assert_eq!(host.introspect(&[], &again.member("access_token")).await.json()["scope"], "read write");
    says.set(Some(Standing::Ended));
    assert_eq!(host.introspect(&[], &again.member("access_token")).await.text, r#"{"active":false}"#);
    says.set(None);
    assert_eq!(host.introspect(&[], &again.member("access_token")).await.error(), "503 temporarily_unavailable");
}

/// A refresh token that stays what it is continues the same authorization.
#[tokio::test]
async fn the_application_is_asked_too_where_refresh_tokens_do_not_rotate() {
    let says = Says::new();
    let server = AuthorizationServer::builder()
        .profile(Development::<Rfc6749>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .grant(Password::new(Alice))
        .grant(RefreshToken::new().reusable())
        .enable(StillAuthorized::new(says.clone()))
        .build();
    let client = Client::confidential("app", &ClientSecret::parse(SECRET).unwrap()).scope("read write");
    server.register_client(client.grant_types(["password", "refresh_token"]).build().unwrap()).await.unwrap();
    let token = async |body: &str| {
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        let body = format!("client_id=app&client_secret={SECRET}&{body}");
        Answer::of(ServesOAuth::handle(&server, request.body(body.into()).unwrap()).await)
    };
    let refresh_token = token("grant_type=password&username=alice&password=x").await.member("refresh_token");
    let refresh = async || token(&format!("grant_type=refresh_token&refresh_token={refresh_token}")).await;
    assert!(says.asked().is_empty());
    assert_eq!(refresh().await.status, 200);
    assert_eq!(says.asked(), ["alice app read write"]);
    says.set(Some(Standing::NarrowedTo(Scope::parse("read").unwrap())));
    assert_eq!(refresh().await.member("scope"), "read");
    says.set(Some(Standing::Ended));
    assert_eq!(refresh().await.error(), "400 invalid_grant");
    says.set(Some(Standing::Stands));
    assert_eq!(refresh().await.error(), "400 invalid_grant");
}
