//! Signing out: of your server, and of every application that people signed in to with it.
//!
//! Somebody signs in to your server, and with that to five applications. When they press *Sign out* in one of them they expect to be signed
//! out of all. Three things have to end: the session of your application, in the browser; what was authorized in it, such as refresh tokens;
//! and the sessions that the five applications keep themselves. The first is yours, the second the library's, and of the third the library
//! tells them.
//!
//! # Say which sign-in it is
//!
//! Every approval names the sign-in in which it was given ([`Approval::session`](crate::Approval::session)): what your application calls its
//! session, such as the number of its row. Not the value of a cookie that you replace meanwhile.
//!
//! ```
//! # use grantor::{Approval, AuthorizationRequest, Decision, Subject, Timestamp};
//! # struct Session { number: String, user: String, since: Timestamp }
//! # fn decide(request: AuthorizationRequest, session: Session) -> Result<Decision, grantor::SubjectError> {
//! let person = Subject::new(&session.user)?;
//! let approval = Approval::by(person).authenticated_at(session.since).session(session.number);
//! # Ok(request.approve(approval))
//! # }
//! ```
//!
//! The name is kept as a hash and leaves the server for nobody. Clients see the sign-in as `sid`, in their ID tokens: 128 random bits.
//! Clients with [pairwise subjects](super::sign_in_with_your_own_server#clients-that-must-not-know-each-other) see them sealed for their sector,
//! so that they do not tell by them that they have the same person.
//!
//! # Turn it on
//!
//! ```
//! use bytes::Bytes;
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, BackChannelLogout, Code, Fetcher, KeyPair, MasterKeys, OpenId, RefreshToken,
//!     RpInitiatedLogout, Rs256, SignOut, SignedIn, SigningKeys, StoreError, Subject, issuer,
//! };
//! use http::header::SET_COOKIE;
//! use http::{HeaderMap, HeaderValue, Request};
//!
//! /// Your application: it knows who is signed in.
//! struct Accounts;
//! # impl Accounts {
//! #     async fn session_of(&self, _: &HeaderMap) -> Result<Option<(String, String)>, StoreError> { Ok(None) }
//! #     async fn forget(&self, _: &str) -> Result<(), StoreError> { Ok(()) }
//! # }
//!
//! impl SignOut for Accounts {
//!     async fn signed_in(&self, http: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
//!         let Some((number, user)) = self.session_of(http.headers()).await? else { return Ok(None) };
//!         Ok(Some(SignedIn::new(Subject::new(user).map_err(StoreError::failed)?, number)))
//!     }
//!
//!     async fn sign_out(&self, _: &Request<Bytes>, who: &SignedIn) -> Result<HeaderMap, StoreError> {
//!         self.forget(who.session()).await?;
//!         let mut headers = HeaderMap::new();
//!         headers.insert(SET_COOKIE, HeaderValue::from_static("__Host-session=; Max-Age=0; Path=/; Secure"));
//!         Ok(headers)
//!     }
//! }
//!
//! # fn serve(store: impl grantor::ClientStore + grantor::AuthorizationCodeStore + grantor::AccessTokenStore + grantor::RefreshTokenStore
//! #     + grantor::SessionRecords + grantor::Durable, key: KeyPair, fetcher: Fetcher) -> Result<(), Box<dyn std::error::Error>> {
//! let server = AuthorizationServer::builder()
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(store)
//!     .fetcher(fetcher) // `Fetcher::new()?` with the feature `reqwest`
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .response_type(Code)
//!     .enable(SigningKeys::fixed(Rs256, key)?)
//!     .enable(OpenId::new(()))
//!     .enable(RpInitiatedLogout::new(Accounts))
//!     .enable(BackChannelLogout::new())
//!     .build();
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! [`RpInitiatedLogout`](crate::RpInitiatedLogout) brings `/end_session`, where clients send people.
//! [`BackChannelLogout`](crate::BackChannelLogout) tells the others. Each works without the other. Both need
//! [`OpenId`](crate::OpenId) and a storage with [`SessionRecords`](crate::SessionRecords), which those of the library have.
//!
//! # What people see
//!
//! A client sends them to `/end_session` with the ID token that it got (`id_token_hint`). If it is about who is signed in, they are signed
//! out, and go to the client's `post_logout_redirect_uri`, if it registered exactly that.
//!
//! Without an ID token anybody could have made that link. So a page asks, and its form works in this browser only, for no other site. The
//! page of the library is plain; [`SignOut::ask`](crate::SignOut::ask) and [`SignOut::signed_out`](crate::SignOut::signed_out) are where
//! yours go. Nobody is sent to another site then, whatever the request says.
//!
//! The page also asks where the ID token is somebody else's, where nobody is signed in in this browser but the sign-in of the ID token lasts,
//! and where it is one of a sign-in that is over: whoever has the ID token need not be the person.
//!
//! # Your own button
//!
//! Your application has a *Sign out* of its own. End its session, and then call
//! [`end_session_named`](crate::AuthorizationServer::end_session_named) with the name that the approvals had. For a page that shows where
//! somebody is signed in there are [`sessions`](crate::AuthorizationServer::sessions), with the clients of each, and
//! [`end_session`](crate::AuthorizationServer::end_session); to sign out everywhere,
//! [`end_sessions`](crate::AuthorizationServer::end_sessions). Of a person who [goes for good](crate::manual::leaving)
//! [`revoke_subject`](crate::AuthorizationServer::revoke_subject) ends all of it.
//!
//! # What ends, and what stays
//!
//! | | |
//! |---|---|
//! | codes, access tokens, refresh tokens | end with the sign-in, at the same moment, on all instances |
//! | those of an authorization with the scope `offline_access` | stay: the person agreed that the client goes on while they are away |
//! | JWT access tokens | are good until they expire for those who ask nobody: see [`jwt_or_opaque`](crate::manual::jwt_or_opaque) |
//! | a page of consent that is open somewhere | its approval is refused with `login_required` if the sign-in ended while it was being made |
//! | the `sid` | is not used again: who is signed in anew, though under the same name, has another one |
//!
//! A sign-in is remembered for 30 days after its last authorization, and for as long as one of its refresh tokens lives.
//!
//! # How clients are told
//!
//! Spawn the task that does it, on each instance or on one:
//!
//! ```no_run
//! # use std::sync::Arc;
//! # fn spawn<G, R, F, P>(server: Arc<grantor::AuthorizationServer<grantor::MemoryStore, G, R, F, P>>)
//! # where
//! #     G: Send + Sync + 'static,
//! #     R: Send + Sync + 'static,
//! #     F: grantor::FeaturesOn<grantor::MemoryStore> + grantor::rules::Enables<grantor::BackChannelLogout>,
//! #     P: 'static,
//! # {
//! tokio::spawn(async move { server.deliver_logout_tokens(tokio::time::sleep).await });
//! # }
//! ```
//!
//! Each client of the sign-in that registered a `backchannel_logout_uri` gets a signed *logout token* there, by POST, once a second at the
//! latest; up to 6 at the same time. It says who (`sub`) and which sign-in (`sid`), and lives two minutes. The request goes through the
//! [`Fetcher`](crate::Fetcher), so to no address inside your network.
//!
//! Who has to be told is written in the same step in which the sign-in ends, so a restart forgets nobody. A client that answers anything but
//! 200 or 204 is told again after 10 seconds, 20, 40, up to 15 minutes, for a day. Each failure is the event `grantor.logout_failed`, the
//! last one `grantor.logout_given_up` ([`operating`](crate::manual::operating)): that client still takes somebody for signed in.
//!
//! # What there is not
//!
//! *Front-channel logout* loads a page of each client in a frame, and *session management* polls a frame of the server. Both need cookies in
//! frames of other sites, which browsers do not send any more.
