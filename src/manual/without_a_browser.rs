//! Without a browser: televisions, printers, programs on a command line.
//!
//! A television cannot show your sign-in page, and nobody wants to type a password with its remote control. So it shows a short code, and
//! says where to type it: on a phone, where the person is signed in already. Meanwhile it asks your server every few seconds whether they
//! have. That is the device authorization grant (RFC 8628).
//!
//! # One line
//!
//! ```
//! use grantor::{AuthorizationServer, Client, Development, DeviceCode, MemoryStore, OAuth21, RefreshToken, issuer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(DeviceCode::new())
//!     .grant(RefreshToken::new())
//!     .build();
//!
//! // A program that people install has no secret, and no redirect URI.
//! let television = Client::public("tv")
//!     .name("Television")
//!     .grant_types(["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"])
//!     .scope("films")
//!     .build()?;
//! server.register_client(television).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The grant owns its endpoint, `/device_authorization`, and the metadata says so. The storage has to be a
//! [`DeferredStore`](crate::DeferredStore), which the three of this library are.
//!
//! # What happens
//!
//! ```text
//! $ curl https://auth.example.com/device_authorization -d client_id=tv -d scope=films
//! {"device_code":"..","user_code":"WDJB-MJHT","verification_uri":"https://auth.example.com/device",
//!  "verification_uri_complete":"https://auth.example.com/device?user_code=WDJB-MJHT","expires_in":600,"interval":5}
//!
//! $ curl https://auth.example.com/token -d client_id=tv -d device_code=.. \
//!        -d grant_type=urn:ietf:params:oauth:grant-type:device_code
//! {"error":"authorization_pending"}
//! ```
//!
//! The device shows `user_code` and `verification_uri`, and `verification_uri_complete` as a QR code beside them. What it is told while it
//! polls:
//!
//! | answer | means |
//! |---|---|
//! | `authorization_pending` | nobody has decided yet: ask again after `interval` seconds |
//! | `slow_down` | it came too soon: five seconds more between two polls from now on |
//! | tokens | the person agreed. They are fetched once; the same code a second time takes them back |
//! | `access_denied` | the person refused |
//! | `expired_token` | nobody decided in time: ask for another code, if the person wants to |
//!
//! # The page
//!
//! `/device` is yours, as your sign-in page is, and has to do three things (RFC 8628 sections 3.3 and 5.4): take a code, show which device
//! asks for what, and let the person decide. [`devices`](crate::AuthorizationServer::devices) is behind it:
//!
//! ```
//! use bytes::Bytes;
//! use grantor::{
//!     Approval, AuthorizationServer, ClientStore, DeferredStore, DeviceCode, DeviceError, FeaturesOn, GrantList, ResponseTypeList, Subject,
//!     rules::HasGrant,
//! };
//! use http::{HeaderMap, Request, Response, header};
//!
//! # type Server<S, G, R, F, P> = AuthorizationServer<S, G, R, F, P>;
//! /// Somebody typed a code, or came with one in the URL: they see what it is about before they can agree.
//! async fn typed<S, G, R, F, P>(server: &Server<S, G, R, F, P>, code: &str, http: &Request<Bytes>) -> Response<Bytes>
//! where
//!     S: ClientStore + DeferredStore,
//!     G: GrantList + HasGrant<DeviceCode>,
//!     R: ResponseTypeList,
//!     F: FeaturesOn<S>,
//! {
//!     let typed = match server.devices().enter(code, http).await {
//!         Ok(typed) => typed,
//!         // Show your form again, with what the error says.
//!         Err(error) => return error.into_response(),
//!     };
//!     let device = typed.request();
//!     let from = device.source().map_or_else(|| "somewhere".to_owned(), |source| source.to_string());
//!     let page = format!(
//!         "<h1>Is this your device?</h1>
//!          <p>It shows <b>{}</b>. {}, at {from}, would like to: {}</p>
//!          <form method=post action=/device/decide><input type=hidden name=handle value=\"{}\">
//!          <button>Yes, allow</button><button name=refuse value=yes>No</button></form>",
//!         device.user_code(),
//!         escape(&device.request().client_name()),
//!         escape(device.request().scope().as_str()),
//!         typed.handle(),
//!     );
//!     let mut page = Response::new(Bytes::from(page));
//!     page.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("text/html; charset=utf-8"));
//!     page.headers_mut().append(header::SET_COOKIE, typed.set_cookie().clone());
//!     page
//! }
//!
//! /// The form of that page.
//! async fn decided<S, G, R, F, P>(
//!     server: &Server<S, G, R, F, P>,
//!     (handle, refuses): (&str, bool),
//!     headers: &HeaderMap,
//!     signed_in: Subject,
//! ) -> Result<(), DeviceError>
//! where
//!     S: ClientStore + DeferredStore,
//!     G: GrantList + HasGrant<DeviceCode>,
//!     R: ResponseTypeList,
//!     F: FeaturesOn<S>,
//! {
//!     let device = server.devices().resume(handle, headers).await?;
//!     match refuses {
//!         true => server.devices().deny(device).await,
//!         false => server.devices().approve(device, Approval::by(signed_in)).await,
//!     }
//! }
//!
//! fn escape(text: &str) -> String {
//!     text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
//! }
//! ```
//!
//! A person who is not signed in signs in between the two, and the handle waits in your form or in your session. What an
//! [`Approval`](crate::Approval) says, and what it is held to, is as at the authorization endpoint: a part of the scope, when and how they
//! signed in, the session to which it belongs ([login and consent](super::login_and_consent)).
//!
//! The handle makes the page what it has to be. An approval needs it, it is good in the browser alone that was shown the page, and only
//! [`enter`](crate::DeviceVerification::enter) makes one. So nobody agrees by following a link that somebody sent them, and no other site can
//! make a browser agree.
//!
//! # The codes of others
//!
//! What goes wrong with this grant goes wrong with people: somebody starts a device of their own, and sends its code to a victim, with a story
//! why they should type it. The victim is at your site, signed in, and all looks well. Nothing in the protocol prevents that (section 5.4), so
//! the page has to:
//!
//! * say that a device is being allowed in, which one, and for what, and that it has to be in front of the person;
//! * show the code, to be compared with what the device shows, also where it came in the URL;
//! * show from where the device asked ([`source`](crate::DeviceRequest::source)): put the peer's address into the extensions of requests, as
//!   [`RequestSource`](crate::RequestSource) says;
//! * not be skipped, however often the person agreed before. [`is_covered_by`](crate::AuthorizationRequest::is_covered_by) is not for here.
//!
//! Grant little: give such clients scopes of their own, and short lifetimes. People see what they agreed to at once in
//! [`authorizations`](crate::AuthorizationServer::authorizations), and what they revoke there ends before the device has fetched it.
//!
//! # Guessing
//!
//! A code has 8 letters, of 20: `BCDFGHJKLMNPQRSTVWXZ`, which make no words. Whoever guesses one that waits can let a device of a stranger in to
//! their own account, which is a prank; or, with a victim's help, more. Three things keep it from happening:
//!
//! * a *length* has room for so many codes at once: 24 of 8 letters, 202 of 9, and so on to 13. So codes are short where there are few;
//! * of each length so many wrong ones are taken in the lifetime of a code: a hundred, and one more for each that waits. Beyond that
//!   [`enter`](crate::DeviceVerification::enter) says when to come again ([`TryLater`](crate::DeviceError::TryLater)), seconds later;
//! * a source waits after its fifth wrong code, twice as long each time and a minute at most, so that an attacker who tries them all from one
//!   place takes nothing from anybody else. Of IPv6 that is a network of 64 bits. One subscription has many of those, so of a network of 56
//!   bits twenty wrong ones are taken at once, of one of 48 bits forty, and one more each half minute.
//!
//! Together a guess succeeds with a probability below 2^-20 in the ten minutes, whatever is tried from wherever. That is one instance's bound:
//! with `k` instances it is `k` squared times as much. A right code costs nothing. An attacker with a dozen subscriptions can use up what is taken
//! of a length, though, for as long as they go on: then people wait who have codes of that length, and new codes are longer, so that to begin
//! again on the device helps. [Rate limits](crate::RateLimits) on your page's route, by network, make that dear.
//!
//! The code is kept as a hash, but eight letters are few: whoever reads the database can find them all. With
//! [`master_keys`](crate::Builder::master_keys) the hash is keyed, and they cannot. Without, such a reader can decide about what waits, as a
//! guesser could. They get no tokens from it: those go to whoever has the `device_code`, 256 random bits of which the database has a hash.
//!
//! # Tests
//!
//! The example server has the pages, and a device: start it with `--device`.
