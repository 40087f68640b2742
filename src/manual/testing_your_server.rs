//! Testing a program that has a server of this library in it, or an API that accepts its tokens: in memory, without sockets, without
//! waiting.
//!
//! The feature `testing` has what that needs, for dev-dependencies:
//!
//! ```toml
//! [dev-dependencies]
//! grantor = { version = "0.2", features = ["testing"] }
//! ```
//!
//! # An API
//!
//! [`TestServer`](crate::testing::TestServer) is a server in a line. [`issue_to`](crate::testing::issue_to) has it issue a token for a
//! person, without a flow:
//!
//! ```
//! use grantor::testing::{Answer, TestServer, issue_to};
//! use grantor::{Granted, LocalVerifier, ResourceServer, Scope, Subject};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let server = TestServer::new().await;
//! let (read, write) = (Scope::parse("read").expect("a scope"), Scope::parse("write").expect("a scope"));
//! let alice = Subject::new("alice").expect("a name");
//! let tokens = issue_to(&server.server, "app", Granted::to(alice, read.clone())).await;
//!
//! // The API under test, with a verifier that looks into the same storage.
//! let verifier = LocalVerifier::new(server.server.storage().clone(), server.server.issuer().clone());
//! let api = ResourceServer::new(verifier.clock(server.clock.clone()));
//! let asked = |token: &str| {
//!     let request = http::Request::get("/notes").header("authorization", format!("Bearer {token}"));
//!     request.body(()).expect("a request").into_parts().0
//! };
//!
//! let claims = api.authenticate(&asked(tokens.access_token()), &read).await.expect("a good token");
//! assert_eq!(claims.person(), Some("alice"));
//!
//! // What lacks a scope is told which, and what has expired is refused.
//! let refused = api.authenticate(&asked(tokens.access_token()), &write).await.expect_err("too little");
//! Answer::from(refused.to_response()).assert_challenge("insufficient_scope");
//! server.clock.advance(601);
//! let refused = api.authenticate(&asked(tokens.access_token()), &read).await.expect_err("too late");
//! Answer::from(refused.to_response()).assert_challenge("invalid_token");
//! # }
//! ```
//!
//! For a verifier alone there are [`assert_active`](crate::testing::assert_active) and [`assert_dead`](crate::testing::assert_dead).
//!
//! # Your own server
//!
//! [`TestClient`](crate::testing::TestClient) walks the flows of any server, also of an [`ErasedServer`](crate::ErasedServer). It finds the
//! endpoints in the metadata, as a program elsewhere would. Put a [`ManualClock`](crate::ManualClock) into the chain, and time passes when you
//! say so:
//!
//! ```
//! use grantor::testing::{ManualClock, TestClient};
//! use grantor::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let clock = ManualClock::new(Timestamp::from_unix(1_700_000_000));
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .clock(clock.clone())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .response_type(Code)
//!     .build();
//! let app = Client::public("app").redirect_uri("https://app.example.com/callback").scope("read write");
//! let app = app.grant_types(["authorization_code", "refresh_token"]).build().expect("a client");
//! server.register_client(app).await.expect("a registration");
//!
//! let app = TestClient::public(&server, "app").scope("read");
//! let alice = Approval::by(Subject::new("alice").expect("a name"));
//! let tokens = app.tokens(alice.clone()).await;
//! let refreshed = app.refresh(tokens.refresh_token()).await;
//! refreshed.assert_ok();
//!
//! // A lost answer is given again, for as long as the retry window is open.
//! assert_eq!(app.refresh(tokens.refresh_token()).await.member("refresh_token"), refreshed.member("refresh_token"));
//! clock.advance(5);
//! app.refresh(tokens.refresh_token()).await.assert_error(400, "invalid_grant");
//!
//! // A code lives for a minute, and a request for something else is refused at the client.
//! let code = app.code(alice).await;
//! clock.advance(60);
//! app.redeem(&code).await.assert_error(400, "invalid_grant");
//! app.authorize(&[("scope", "admin")], |request| request.deny()).await.assert_redirected_error("invalid_scope");
//! # }
//! ```
//!
//! # Several APIs, OpenID Connect, clients with keys
//!
//! Parameters that the client has no method for go in by name, as often as you like: [`authorize`](crate::testing::TestClient::authorize)
//! puts them into the authorization request, [`token`](crate::testing::TestClient::token) and [`post`](crate::testing::TestClient::post)
//! into others. What is no form, such as userinfo, is [`get`](crate::testing::TestClient::get). Keys are
//! [`ephemeral`](crate::SigningKeys::ephemeral), so there is nothing to wait for, or [`stored`](crate::SigningKeys::stored) after
//! [`ready`](crate::AuthorizationServer::ready), on the server's clock. With the feature `jose`:
//!
//! ```
//! use std::sync::Arc;
//!
//! use grantor::testing::{ManualClock, TestClient, TestTokens, assert_active, assert_dead};
//! use grantor::*;
//!
//! struct Accounts;
//!
//! impl ClaimsSource for Accounts {
//!     type Own = ();
//!     const CLAIMS: &'static [&'static str] = &["name"];
//!
//!     async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims, StoreError> {
//!         Ok(StandardClaims { name: "Alice".into(), ..StandardClaims::default() }.into())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (issuer, calendar, payments) = ("https://auth.example.com", "https://calendar.example.com", "https://payments.example.com");
//! let clock = ManualClock::new(Timestamp::from_unix(1_700_000_000));
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .clock(clock.clone())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .grant(ClientCredentials::new())
//!     .response_type(Code)
//!     .enable(ResourceIndicators::new(Resources::new([Resource::new(calendar)?, Resource::new(payments)?])?))
//!     .enable(SigningKeys::ephemeral().algorithm(Rs256))
//!     .enable(JwtAccessTokens::new(calendar))
//!     .enable(OpenId::new(Accounts))
//!     .enable(PrivateKeyJwt::inline_keys())
//!     .build();
//! let app = Client::public("app").redirect_uri("https://app.example.com/callback").scope("openid profile read");
//! server.register_client(app.grant_types(["authorization_code", "refresh_token"]).build()?).await?;
//! let server = Arc::new(server);
//! let alice = Subject::new("alice")?;
//! let approval = Approval::by(alice.clone()).authenticated_at(clock.now());
//!
//! // A code for two APIs.
//! let app = TestClient::public(&*server, "app").redirect_uri("https://app.example.com/callback").scope("openid profile read");
//! let app = app.resource(calendar).resource(payments);
//! let tokens = app.tokens(approval).await;
//!
//! // A token for one of the two, which checks it by itself.
//! let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token()), ("resource", payments)];
//! let one = TestTokens::of(&app.token(&fields).await);
//! let api = |name: &str| JwtVerifier::new(issuer, name, server.clone()).clock(clock.clone());
//! assert_eq!(assert_active(&api(payments), &one.access_token).await.person(), Some("alice"));
//! assert_dead(&api(calendar), &one.access_token).await;
//!
//! // Who somebody is: a token for the default resource is good there, one for anything else is not.
//! let fields = [("grant_type", "refresh_token"), ("refresh_token", one.refresh_token()), ("resource", calendar)];
//! let other = TestTokens::of(&app.token(&fields).await);
//! let person = app.get("userinfo_endpoint", &other.access_token).await;
//! assert_eq!((person.member("sub"), person.member("name")), ("alice".to_owned(), "Alice".to_owned()));
//!
//! // Everything of a person ends: at once for whoever asks the storage, too.
//! server.revoke_subject(&alice).await?;
//! app.refresh(other.refresh_token()).await.assert_error(400, "invalid_grant");
//! assert_dead(&api(payments).families(server.storage().clone(), server.issuer().clone()), &one.access_token).await;
//!
//! // A client with a key.
//! let key = KeyPair::generate(Algorithm::Es256)?;
//! let job = Client::with_keys("job").jwks(serde_json::to_value(Jwks::of([key.public_key()]))?).scope("read");
//! server.register_client(job.grant_types(["client_credentials"]).build()?).await?;
//! let job = TestClient::with_key(&*server, "job", key, clock.clone());
//! job.client_credentials().await.assert_ok();
//! job.client_credentials().await.assert_ok();
//! # Ok(())
//! # }
//! ```
//!
//! # What clients prove
//!
//! | the client | is |
//! |---|---|
//! | sends a secret, or none | [`confidential`](crate::testing::TestClient::confidential), [`public`](crate::testing::TestClient::public) |
//! | signs assertions (`private_key_jwt`) | `with_key(.., key, clock)`, with the feature `jose` |
//! | has a certificate, which authenticates it or binds its tokens | `.certificate(..)`, with the feature `mtls` |
//! | proves in each request to have a key (DPoP) | `.dpop(key, clock)`, with the feature `jose`; [`presenting`](crate::testing::TestClient::presenting) makes the headers of a request to an API |
//! | pushes its requests | as any other: it does where the metadata asks for it, or with [`push`](crate::testing::TestClient::push) |
//! | is a device | [`device`](crate::testing::TestClient::device) and [`poll`](crate::testing::TestClient::poll); its person has [`Browser::enter`](crate::testing::Browser::enter) |
//! | comes with what your layers put there | [`header`](crate::testing::TestClient::header), [`extension`](crate::testing::TestClient::extension) |
//!
//! So a server of the profile `Fapi2` is walked as any other:
//!
//! ```
//! use grantor::testing::{Answer, ManualClock, TestClient};
//! use grantor::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = ManualClock::new(Timestamp::from_unix(1_700_000_000));
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<Fapi2>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .clock(clock.clone())
//!     .grant(AuthorizationCode::new())
//!     .response_type(Code)
//!     .enable(PrivateKeyJwt::inline_keys())
//!     .enable(Dpop::required())
//!     .enable(PushedAuthorizationRequests::required())
//!     .build();
//! let (own, proves) = (KeyPair::generate(Algorithm::Es256)?, KeyPair::generate(Algorithm::Es256)?);
//! let app = Client::with_keys("bank-app").jwks(serde_json::to_value(Jwks::of([own.public_key()]))?);
//! server.register_client(app.redirect_uri("https://app.example.com/callback").scope("pay").build()?).await?;
//!
//! let app = TestClient::with_key(&server, "bank-app", own, clock.clone()).dpop(proves, clock.clone());
//! let app = app.redirect_uri("https://app.example.com/callback").scope("pay");
//! let tokens = app.tokens(Approval::by(Subject::new("alice")?).authenticated_at(clock.now())).await;
//!
//! // The API under test, which takes a token only from whoever has the key.
//! let verifier = LocalVerifier::new(server.storage().clone(), server.issuer().clone()).clock(clock.clone());
//! let proofs = DpopProofs::new(ProofMemory::new()).required();
//! let api = ResourceServer::new(verifier).clock(clock).dpop("https://api.example.com", proofs)?;
//! let mut payment = http::Request::post("/payments").body(())?.into_parts().0;
//! payment.headers = app.presenting(&http::Method::POST, "https://api.example.com/payments", &tokens.access_token);
//! assert!(api.authenticate(&payment, &Scope::parse("pay")?).await.is_ok());
//! let replayed = api.authenticate(&payment, &Scope::parse("pay")?).await.expect_err("seen before");
//! Answer::from(replayed.to_response()).assert_challenge("invalid_dpop_proof");
//! # Ok(())
//! # }
//! ```
//!
//! # Your pages
//!
//! [`TestClient::authorize_by`](crate::testing::TestClient::authorize_by) hands a valid request to your
//! [`Interaction`](crate::Interaction), with the headers that you give it, such as the cookie of a session. Where that suspends the
//! request, [`Browser`](crate::testing::Browser) keeps the cookie and comes back with the form's handle. The pages themselves are routes of
//! yours: test those with the tools of your framework.
//!
//! # When the storage fails
//!
//! [`FailingStore`](crate::testing::FailingStore) does so when it is told to: the next call but so many, each call of a method, or all.
//!
//! ```
//! use grantor::testing::{FailingStore, Fault, TestServer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let store = std::sync::Arc::new(FailingStore::default());
//! let server = TestServer::on(store.clone()).await;
//!
//! store.hook.always(Fault::Unavailable);
//! server.service().client_credentials().await.assert_error(503, "temporarily_unavailable");
//! store.hook.heal();
//! server.service().client_credentials().await.assert_ok();
//! # }
//! ```
//!
//! [`Hooked`](crate::testing::Hooked) with a [`Hook`](crate::testing::Hook) of your own does whatever else is to be done around the calls of
//! a store: count them, let them wait, give them another time.
//!
//! # A store of your own
//!
//! Does it keep the contract? [Keeping tokens](crate::manual::storage) has the test that asks it, rule by rule.
