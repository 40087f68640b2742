//! A first authorization server, and a token obtained from it with `curl`.
//!
//! # What OAuth is for
//!
//! A person (RFC 6749 calls them the *resource owner*) has data at an API (the *resource server*), and wants an application
//! (the *client*) to work with some of it. Instead of giving the application their password, the person goes to an
//! *authorization server*, signs in there and says what the application may do. The authorization server then gives the
//! application an *access token*, which the application shows to the API with each request (RFC 6749 section 1.1).
//!
//! This library is for building the authorization server, and for checking tokens in the API.
//!
//! A way to a token is called a *grant*. The usual one, the authorization code grant (RFC 6749 section 4.1), has three steps:
//!
//! 1. The application sends the person's browser to the authorization server. In the address it says who it is
//!    (`client_id`), what it would like to do (`scope`), and where the browser shall come back to (`redirect_uri`).
//! 2. The person signs in and agrees. The authorization server sends the browser back with a *code*, which is good for one
//!    minute and for one use.
//! 3. The application sends the code to the authorization server, not through the browser this time, and gets the access token.
//!
//! The code passes through the browser, so others might see it. That is why the application makes up a secret for each
//! attempt (the `code_verifier`), sends a hash of it in step 1 (the `code_challenge`) and the secret itself in step 3: whoever
//! only has the code can do nothing with it. This is PKCE (RFC 7636), and this library requires it unless told otherwise.
//!
//! # The server
//!
//! Make a project with `cargo new first` (Rust 1.95 or newer), and put this into its `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! grantor = { version = "0.2", features = ["axum"] }
//! axum = "0.8"
//! bytes = "1"
//! http = "1"
//! tokio = { version = "1", features = ["full"] }
//! ```
//!
//! This is a whole program, `src/main.rs`:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use bytes::Bytes;
//! use grantor::{
//!     Approval, AuthorizationCode, AuthorizationRequest, AuthorizationServer, Client, ClientSecret, Code, Decision, Development,
//!     Interaction, Introspection, MemoryStore, OAuth21, RefreshToken, Revocation, Subject, loopback_issuer, router_with,
//! };
//!
//! /// Takes everybody for Alice, who agrees to everything. For a first try only.
//! struct AlwaysAlice;
//!
//! impl<Sv: Sync> Interaction<Sv> for AlwaysAlice {
//!     async fn decide(&self, _: &Sv, _: &http::Request<Bytes>, request: AuthorizationRequest) -> Decision {
//!         match Subject::new("alice") {
//!             Ok(alice) => request.approve(Approval::by(alice)),
//!             Err(_) => request.deny(),
//!         }
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let server = AuthorizationServer::builder()
//!         .profile(Development::<OAuth21>::new())
//!         .issuer(loopback_issuer!("http://127.0.0.1:8080"))
//!         .storage(MemoryStore::new())
//!         .grant(AuthorizationCode::new())
//!         .grant(RefreshToken::new())
//!         .response_type(Code)
//!         .enable(Introspection::new())
//!         .enable(Revocation::new())
//!         .build();
//!
//!     // The application that wants tokens.
//!     let app = Client::public("my-app")
//!         .name("My first application")
//!         .redirect_uri("http://127.0.0.1:9000/callback")
//!         .grant_types(["authorization_code", "refresh_token"])
//!         .scope("read write")
//!         .build()?;
//!     server.register_client(app).await?;
//!
//!     // The API, which asks what a token is worth.
//!     let secret = ClientSecret::generate();
//!     let api = Client::confidential("my-api", &secret).grant_types::<String>([]).introspects_any_token().build()?;
//!     server.register_client(api).await?;
//!     println!("the secret of my-api is {}", secret.expose());
//!
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     axum::serve(listener, router_with(Arc::new(server), AlwaysAlice)).await?;
//!     Ok(())
//! }
//! ```
//!
//! ## The chain
//!
//! Each line of the chain is one decision. [`Builder`](crate::Builder) lists them all.
//!
//! * `.profile(Development::<OAuth21>::new())`: how strict. [`OAuth21`](crate::OAuth21) is the default and needs no line;
//!   [`Development`](crate::Development) around it permits plain `http` on your own machine and a storage that forgets. It
//!   stands in the type of the server, so a production server cannot be one by accident.
//! * `.issuer(..)`: the URL that identifies the server to everybody (RFC 8414 section 2). In production write
//!   [`issuer!("https://auth.example.com")`](crate::issuer).
//! * `.storage(..)`: where clients, codes and tokens are kept. [`MemoryStore`](crate::MemoryStore) is for tests and development;
//!   [`SqliteStore`](crate::SqliteStore) keeps them in a file.
//! * `.grant(..)`: the ways to a token. [`RefreshToken`](crate::RefreshToken) lets a client get a new access token when the old
//!   one expires, without asking the person again.
//! * `.response_type(Code)`: what the browser brings back in step 2. Leave it out, and `.build()` says that no client could ever
//!   obtain a code.
//! * `.enable(..)`: what else there is. [`Introspection`](crate::Introspection) answers what a token is worth (RFC 7662),
//!   [`Revocation`](crate::Revocation) lets a client give a token back (RFC 7009).
//!
//! If the combination makes no sense, it does not compile, and the message says what is missing. All messages are in
//! [`compile_errors`](super::compile_errors), with their remedies.
//!
//! ## The clients
//!
//! A server answers only to clients that it knows. `my-app` is a *public* client: it runs on other people's machines and cannot
//! keep a secret (RFC 6749 section 2.1). `my-api` is *confidential*: it proves who it is with a secret. It gets no tokens itself, so
//! its list of grants is empty; `introspects_any_token` lets it ask about those of others. The server keeps only
//! a hash of the secret, so note it down when it is generated. [`Client`](crate::Client) describes what can be registered,
//! and [`ClientMetadata`](crate::ClientMetadata) reads the same from JSON (where a public client says
//! `"token_endpoint_auth_method": "none"`; a client without a secret that does not say so is an error).
//!
//! The redirect URI is compared byte by byte with what the application sends. Only on a loopback address (127.0.0.1
//! or ::1: the machine itself) or `localhost` may the port differ (RFC 8252 section 7.3, RFC 9700 section 4.1.3).
//!
//! ## The person
//!
//! The library does not know your users. [`Interaction`](crate::Interaction) is where you say who sits at the browser and what
//! they agree to. `AlwaysAlice` is a stand-in; a real sign-in is in [`login_and_consent`](super::login_and_consent).
//!
//! # Trying it
//!
//! Start the program with `cargo run`: it prints the secret of `my-api` and keeps running. (If port 8080 is taken, change it in the
//! issuer and in `bind`.) In a second terminal ask what it can do (RFC 8414):
//!
//! ```text
//! curl http://127.0.0.1:8080/.well-known/oauth-authorization-server
//! ```
//!
//! **Step 1 and 2.** Do what the application would have the browser do. The `code_challenge` is the example of RFC 7636
//! appendix B; a real application makes a new one each time. So it does with `state`, which comes back unchanged and lets the
//! application recognise its own request.
//!
//! ```text
//! curl -i -G http://127.0.0.1:8080/authorize \
//!     -d response_type=code -d client_id=my-app -d scope=read -d state=af0ifjsldkj \
//!     --data-urlencode redirect_uri=http://127.0.0.1:9000/callback \
//!     -d code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM -d code_challenge_method=S256
//! ```
//!
//! The answer is a redirect to the application, with the code in its `Location`, between `code=` and `&`. Nothing needs to listen at
//! `127.0.0.1:9000`: curl does not follow it.
//!
//! ```text
//! HTTP/1.1 302 Found
//! location: http://127.0.0.1:9000/callback?code=rWkQ..&scope=read&state=af0ifjsldkj&iss=http%3A%2F%2F127.0.0.1%3A8080
//! ```
//!
//! **Step 3.** Within a minute, put that code in the place of `CODE`:
//!
//! ```text
//! curl http://127.0.0.1:8080/token -d grant_type=authorization_code -d client_id=my-app -d code=CODE \
//!     --data-urlencode redirect_uri=http://127.0.0.1:9000/callback \
//!     -d code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
//! ```
//!
//! ```text
//! {"access_token":"Zl5f..","token_type":"Bearer","expires_in":600,
//!  "refresh_token":"x0Qc..","refresh_token_expires_in":1209600,"scope":"read"}
//! ```
//!
//! **What is the token worth?** The API asks, with the secret that the program printed:
//!
//! ```text
//! curl -u my-api:SECRET http://127.0.0.1:8080/introspect -d token=ACCESS_TOKEN
//! ```
//!
//! ```text
//! {"active":true,"scope":"read","client_id":"my-app","token_type":"Bearer","exp":1700000600,"iat":1700000000,
//!  "nbf":1700000000,"sub":"alice","iss":"http://127.0.0.1:8080","jti":"9mq3.."}
//! ```
//!
//! `sub` is the person, `exp` until when the token is good, in seconds since 1970; `Bearer` means that whoever holds it may use it.
//!
//! **A new access token** when the old one has expired, without the person. The old refresh token and the old access token end, and
//! those in the answer take their place:
//!
//! ```text
//! curl http://127.0.0.1:8080/token -d grant_type=refresh_token -d client_id=my-app -d refresh_token=REFRESH_TOKEN
//! ```
//!
//! **Giving it back.** Revoking the refresh token ends its access tokens too (RFC 7009 section 2.1):
//!
//! ```text
//! curl http://127.0.0.1:8080/revoke -d client_id=my-app -d token=REFRESH_TOKEN
//! ```
//!
//! **A stolen code.** Do steps 1 to 3 again, then send the request of step 3 a second time: the answer is `invalid_grant`, because a
//! code is good once. And its tokens are dead too, because whoever sends a code a second time may have stolen it (RFC 6749 section
//! 4.1.2): introspection answers `{"active":false}`.
//!
//! # Without a socket
//!
//! The server is a value that turns requests into responses. A test needs no port:
//!
//! ```
//! use bytes::Bytes;
//! use grantor::{AuthorizationServer, Client, ClientCredentials, ClientSecret, Development, MemoryStore, OAuth21, issuer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(ClientCredentials::new())
//!     .build();
//! let secret = ClientSecret::generate();
//! let job = Client::confidential("nightly-job", &secret).grant_types(["client_credentials"]).scope("report").build()?;
//! server.register_client(job).await?;
//!
//! let body = format!("grant_type=client_credentials&client_id=nightly-job&client_secret={}", secret.expose());
//! let request = http::Request::post("https://auth.example.com/token")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .body(Bytes::from(body))?;
//! let response = server.token().handle(request).await;
//! assert_eq!(response.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! # From here to production
//!
//! * The right grants for your clients: [`choosing_grants_and_profiles`](super::choosing_grants_and_profiles).
//! * A storage that lasts: [`SqliteStore`](crate::SqliteStore) with the feature `sqlite`, or [one of your own](super::storage).
//! * People who really sign in: [`login_and_consent`](super::login_and_consent).
//! * `issuer!("https://..")` and TLS in front: [`behind_a_proxy`](super::behind_a_proxy).
//!
//! Drop `Development`, and the compiler insists on a storage that lasts and on an `https` issuer.
