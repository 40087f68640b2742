//! Sign in with your own server: what "Sign in with ..." buttons do, with your server in the place of the big name.
//!
//! Your people have accounts at one place, and several applications want to know who they are: a shop, a forum, a dashboard that you
//! bought. OpenID Connect is OAuth with one more thing in the answer, an *ID token*: a signed statement, for this one application, of who
//! signed in and when. Every language has a library that reads it, and asks nothing of you but the URL of your issuer.
//!
//! # The server
//!
//! One feature more, and keys to sign with ([`keys`](super::keys) says where they are kept). With the features `axum`, `jose` and `sqlite`:
//!
//! ```
//! use std::sync::Arc;
//!
//! use grantor::storage::purge_forever;
//! use grantor::{
//!     Administers, AuthorizationCode, AuthorizationServer, Claims, ClaimsFor, ClaimsSource, Client, ClientSecret, Code, MasterKeys,
//!     OpenId, RefreshToken, Rs256, SigningKeys, SqliteStore, StandardClaims, StoreError, SystemClock, Yes, issuer,
//! };
//! use tokio::time::{Duration, sleep};
//!
//! struct Accounts;
//!
//! impl ClaimsSource for Accounts {
//!     type Own = ();
//!     const CLAIMS: &'static [&'static str] = &["name", "email", "email_verified"];
//!
//!     async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims, StoreError> {
//!         let name = about.subject().as_str();
//!         let email = Some(format!("{name}@example.com"));
//!         Ok(StandardClaims { name: name.into(), email, email_verified: Some(true), ..StandardClaims::default() }.into())
//!     }
//! }
//!
//! async fn server() -> Result<Arc<impl Administers<Authorizes = Yes>>, Box<dyn std::error::Error>> {
//!     let store = SqliteStore::open("accounts.db")?;
//!     let server = AuthorizationServer::builder()
//!         .issuer(issuer!("https://auth.example.com"))
//!         .storage(store.clone())
//!         // What `openssl rand -base64 32` printed, once.
//!         .master_keys(MasterKeys::parse(&std::env::var("MASTER_KEYS")?)?)
//!         .grant(AuthorizationCode::new())
//!         .grant(RefreshToken::new())
//!         .response_type(Code)
//!         .enable(SigningKeys::stored().algorithm(Rs256))
//!         .enable(OpenId::new(Accounts))
//!         .build();
//!
//!     // Without its keys the server answers 503. They are made here, and replace each other there.
//!     server.ready().await?;
//!     let server = Arc::new(server);
//!     let keeper = server.clone();
//!     tokio::spawn(async move { keeper.keep_keys(sleep).await });
//!     tokio::spawn(purge_forever(store, SystemClock, || sleep(Duration::from_secs(600))));
//!
//!     let secret = ClientSecret::parse(std::env::var("SHOP_SECRET")?)?;
//!     let shop = Client::confidential("shop", &secret).name("Shop").redirect_uri("https://shop.example.com/callback");
//!     let shop = shop.grant_types(["authorization_code", "refresh_token"]).scope("openid profile email");
//!     server.register_client(shop.build()?).await?;
//!     Ok(server)
//! }
//! # let _ = server;
//! ```
//!
//! `app(server().await?)` is the router to serve, with the `app` of the page [`login_and_consent`](super::login_and_consent), which has people sign in.
//!
//! To try it on your own machine, put `.profile(Development::<OAuth21>::new())` in front, `loopback_issuer!("http://127.0.0.1:8080")` and
//! `SigningKeys::ephemeral().algorithm(Rs256)`; then there are no master keys. `cargo run -p example-server -- --openid` is such a server with
//! its pages.
//!
//! RS256 has to be among the algorithms: it is what a client gets that registers nothing else (OpenID Connect Registration section 2). With
//! `SigningKeys::stored().algorithm(Es256).algorithm(Rs256)` a client that registers `id_token_signed_response_alg` `ES256` has shorter
//! tokens, and the server less work.
//!
//! A client asks with the scope `openid`, so that has to be in its record: `.scope("openid profile email")`. Where the chain says which
//! [scopes](crate::Builder::scopes) there are, name it there as well.
//!
//! | what | where |
//! |---|---|
//! | the metadata that clients begin with | `/.well-known/openid-configuration` below the issuer |
//! | the keys | `/jwks` |
//! | claims about the person | `/userinfo` ([`claims`](super::claims)) |
//!
//! # The client
//!
//! Give its developers the issuer, the `client_id` and, unless it is a program in a browser or on a phone, a secret. With `openid-client`
//! for Node that is all it asks for:
//!
//! ```js
//! const server = await client.discovery(new URL("https://auth.example.com"), "shop", "the secret");
//! const url = client.buildAuthorizationUrl(server, { redirect_uri, scope: "openid profile", code_challenge, code_challenge_method: "S256" });
//! // ... the person comes back to `callbackUrl`:
//! const tokens = await client.authorizationCodeGrant(server, callbackUrl, { pkceCodeVerifier });
//! tokens.claims().sub; // who it is
//! ```
//!
//! `sub` is who the person is, for ever: the client keys its accounts by `iss` and `sub`, and by nothing else. An address for e-mail may
//! change hands.
//!
//! # Signing in
//!
//! [`login_and_consent`](super::login_and_consent) is how the application signs people in. Say when they did, and how, since ID tokens do:
//!
//! ```
//! # use grantor::{Approval, AuthorizationRequest, Decision, Subject, Timestamp};
//! # fn decide(request: AuthorizationRequest, alice: Subject, signed_in_at: Timestamp) -> Decision {
//! request.approve(Approval::by(alice).authenticated_at(signed_in_at).amr(["pwd", "otp"]))
//! # }
//! # let _ = decide;
//! ```
//!
//! Clients may ask for more than a person who is signed in. One question answers most of it, and the library sees to it that you asked:
//!
//! ```
//! # use grantor::{AuthorizationRequest, Decision, Needs, Prompt, Timestamp};
//! # fn show_login_page(_: AuthorizationRequest) -> Decision { unimplemented!() }
//! # fn show_consent_page(_: AuthorizationRequest) -> Decision { unimplemented!() }
//! /// `session` is when the person of this browser signed in, if somebody did.
//! fn decide(request: AuthorizationRequest, session: Option<Timestamp>, consented: bool) -> Decision {
//!     let silent = request.prompt().contains(&Prompt::None);
//!     if request.must_authenticate(session) {
//!         return if silent { request.needs(Needs::Login) } else { show_login_page(request) };
//!     }
//!     if !consented || request.prompt().contains(&Prompt::Consent) {
//!         return if silent { request.needs(Needs::Consent) } else { show_consent_page(request) };
//!     }
//!     // ... approve
//! #   request.deny()
//! }
//! # let _ = decide;
//! ```
//!
//! | the client sends | it wants | and if you overlook it |
//! |---|---|---|
//! | `prompt=login` | the person to sign in again, now | the approval is refused, with `login_required` and a `tracing` event |
//! | `max_age=3600` | a sign-in that is an hour old at most | the same |
//! | `prompt=none` | an answer without any page | the router answers `interaction_required` in the place of your page |
//! | `prompt=consent` | the person to be asked again | nothing: only you know whether they were |
//! | `prompt=select_account` | the person to choose an account | nothing |
//! | `prompt=create` | the page on which accounts are created | refused, unless [`OpenId::creates_accounts`](crate::OpenId::creates_accounts) says that there is one |
//! | `id_token_hint` | the person whom this ID token of yours is about | an approval by somebody else is refused, with `login_required` |
//! | `acr_values` | a kind of sign-in, if there is one | nothing, it is a wish |
//! | `acr` in `claims`, essential | a kind of sign-in, or none | the approval is refused, with `unmet_authentication_requirements` |
//! | `login_hint`, `ui_locales`, `display` | a form that is filled in, a language, a small page | nothing |
//!
//! All of it is kept while the person signs in: after [`resume`](crate::AuthorizationEndpoint::resume) the request asks for the same. What
//! was done since the request came is never too old, however long somebody looks at the consent page.
//!
//! Instances of a server compare the moment of the sign-in with the moment of the request, so their clocks should differ by less than it
//! takes to type a password.
//!
//! # What is refused
//!
//! `request` and `request_uri` (request objects), with the errors that OpenID Connect has for that; encrypted ID tokens and userinfo
//! responses, when a client registers them.
//!
//! `offline_access` is granted where the person was asked for it (`prompt=consent`) and the client may have refresh tokens, and ignored
//! otherwise (section 11). Refresh tokens do not depend on it: whoever registered the grant gets them.
//!
//! # Clients that must not know each other
//!
//! With `OpenId::new(..).pairwise_subjects()` a client that registers `subject_type` `pairwise` gets a `sub` of its own for each person,
//! by the host of its redirect URIs; with redirect URIs on the machine of whoever uses it (`http://127.0.0.1`) it has no host of its own, and
//! needs a `sector_identifier_uri`. Two such clients cannot find out that they have the same customer, neither by `sub` nor by the `sid` of a
//! sign-in. What your application sees, in
//! approvals, claims sources and introspection, stays the identifier that it chose. Access tokens that are JWTs show that one too, and so
//! does introspection to the client itself: where it matters, use opaque tokens, and give such clients no secret to introspect with.
//!
//! The subjects are derived from the last of the [master keys](crate::MasterKeys). Put new keys before it, and keep it.
//!
//! # Old clients
//!
//! Some products only know ID tokens that come through the browser: the response types `id_token`, `id_token token` and the hybrid ones. They
//! are there under [`Rfc6749`](crate::Rfc6749), with [`Implicit`](crate::Implicit), as [`IdToken`](crate::IdToken) and its likes. A `nonce` is
//! required then. New clients use [`Code`](crate::Code): PKCE does what the hybrid flow is for.
