//! Signing people in and asking for their consent.
//!
//! The library validates the request of the client, and later writes the response. Between the two your application decides:
//! it knows the people, their passwords and passkeys, and how its pages look (RFC 6749 section 3.1 leaves all that open).
//!
//! # The parts
//!
//! * [`AuthorizationRequest`] is a request that was found valid: the client is registered, the redirect URI is its own, the scope
//!   is one that it may ask for. Only validation makes one. It tells what to show: [`client().name()`](crate::Client::name),
//!   [`scope()`](crate::AuthorizationRequest::scope), [`redirect_host()`](crate::AuthorizationRequest::redirect_host) (where the
//!   person goes next), and through [`parameter`](crate::AuthorizationRequest::parameter) what the library does not know, such as
//!   `prompt` or `login_hint`.
//! * [`Decision`] is what becomes of it: [`approve`](crate::AuthorizationRequest::approve),
//!   [`deny`](crate::AuthorizationRequest::deny), [`reject`](crate::AuthorizationRequest::reject) with another error, or
//!   [`Decision::page`]: nothing yet, show this page. Deciding consumes the request, so there is one decision for each, and no
//!   code or token before it.
//! * [`Interaction`] is the trait with the one method that decides. The router calls it.
//! * [`suspend`](crate::SuspendsRequests::suspend) keeps a request in the storage while its person fills in a form, and
//!   [`resume`](crate::SuspendsRequests::resume) gives it back.
//!
//! # An example
//!
//! A page that asks for name, password and consent at once. `SuspendsRequests` stands for any server whose storage can suspend
//! requests, so that none of the code has to write down the type of the server.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::{Form, Router, body::Body, extract::State, routing::post};
//! use bytes::Bytes;
//! use grantor::{
//!     Approval, AuthorizationRequest, Decision, Interaction, ResumeError, Scope, Subject, SuspendsRequests, Yes, router_with,
//! };
//! use http::{HeaderMap, Request, Response, header};
//!
//! /// Shows the form to everybody who arrives.
//! struct SignIn;
//!
//! impl<Sv: SuspendsRequests> Interaction<Sv> for SignIn {
//!     async fn decide(&self, server: &Sv, _: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
//!         Decision::page(form(server, request, "").await)
//!     }
//! }
//!
//! async fn form<Sv: SuspendsRequests>(server: &Sv, request: AuthorizationRequest, hint: &str) -> Response<Bytes> {
//!     let suspended = match server.suspend(request).await {
//!         Ok(suspended) => suspended,
//!         // Tells the operator in an event, and the person on a page.
//!         Err(error) => return ResumeError::from(error).into_response(),
//!     };
//!     let request = suspended.request();
//!     let (client, host) = (escape(request.client().name()), escape(request.redirect_host()));
//!     let scope = request.scope().iter().map(escape);
//!     let boxes: String = scope
//!         .map(|token| format!("<label><input type=checkbox name=\"allow_{token}\" checked>{token}</label>"))
//!         .collect();
//!     let mut page = html(format!(
//!         "<!doctype html><title>Sign in</title><p>{hint}</p><p>{client} ({host}) would like to:</p>
//!          <form method=post action=/sign-in>{boxes}
//!          <input type=hidden name=handle value=\"{}\">
//!          <input name=username><input type=password name=password>
//!          <button>Sign in and allow</button><button name=refuse value=yes>Refuse</button></form>",
//!         suspended.handle(),
//!     ));
//!     page.headers_mut().append(header::SET_COOKIE, suspended.set_cookie().clone());
//!     page
//! }
//!
//! /// Takes the form.
//! async fn sign_in<Sv: SuspendsRequests>(
//!     State(server): State<Arc<Sv>>,
//!     headers: HeaderMap,
//!     Form(fields): Form<Vec<(String, String)>>,
//! ) -> Response<Body> {
//!     let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
//!     let response = match server.resume(field("handle"), &headers).await {
//!         Err(error) => error.into_response(),
//!         Ok(request) if field("refuse") == "yes" => server.complete(request.deny()).await,
//!         Ok(request) => match check_password(field("username"), field("password")) {
//!             // The request waits on, under the same handle.
//!             None => form(&*server, request, "That is not the password.").await,
//!             Some(subject) => {
//!                 let allowed = fields.iter().filter_map(|(key, _)| key.strip_prefix("allow_"));
//!                 let allowed = Scope::from_tokens(allowed).unwrap_or_default();
//!                 server.complete(request.approve(Approval::by(subject).scope(allowed))).await
//!             }
//!         },
//!     };
//!     response.map(Body::from)
//! }
//!
//! fn check_password(username: &str, password: &str) -> Option<Subject> {
//!     // Your own users, with hashed passwords and a limit on attempts: see below.
//! #   (username == "alice" && password == "wonderland").then(|| Subject::new("alice").ok()).flatten()
//! }
//!
//! fn html(body: String) -> Response<Bytes> {
//!     let mut page = Response::new(Bytes::from(body));
//!     let headers = page.headers_mut();
//!     headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static("text/html; charset=utf-8"));
//!     headers.insert(header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
//!     headers.insert(header::X_FRAME_OPTIONS, http::HeaderValue::from_static("DENY"));
//!     page
//! }
//!
//! fn escape(text: &str) -> String {
//!     text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
//! }
//!
//! fn app<Sv: SuspendsRequests<Authorizes = Yes>>(server: Arc<Sv>) -> Router {
//!     router_with(server.clone(), SignIn).route("/sign-in", post(sign_in::<Sv>).with_state(server))
//! }
//! # use grantor::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     use tower::ServiceExt;
//! #     let server = AuthorizationServer::builder()
//! #         .profile(Development::<OAuth21>::new())
//! #         .issuer(issuer!("https://auth.example.com"))
//! #         .storage(MemoryStore::new())
//! #         .grant(AuthorizationCode::new())
//! #         .response_type(Code)
//! #         .build();
//! #     let client = Client::public("app").redirect_uri("https://app.example.com/cb").scope("read write").build()?;
//! #     server.register_client(client).await?;
//! #     let app = app(Arc::new(server));
//! #     let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
//! #     let start = format!("/authorize?client_id=app&response_type=code&state=x&code_challenge={challenge}&code_challenge_method=S256");
//! #     let mut page = app.clone().oneshot(Request::get(start).body(Body::empty())?).await?;
//! #     for (password, status) in [("wrong", 200), ("wonderland", 303)] {
//! #         let cookie = page.headers()["set-cookie"].to_str()?.split(';').next().unwrap_or_default().to_owned();
//! #         let body = axum::body::to_bytes(page.into_body(), 9999).await?;
//! #         let body = std::str::from_utf8(&body)?;
//! #         let handle = body.split("handle value=\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or("no handle")?;
//! #         let fields = format!("handle={handle}&username=alice&password={password}&allow_read=on");
//! #         let post = Request::post("/sign-in").header("content-type", "application/x-www-form-urlencoded");
//! #         page = app.clone().oneshot(post.header("cookie", cookie).body(Body::from(fields))?).await?;
//! #         assert_eq!(page.status(), status);
//! #     }
//! #     let location = page.headers()["location"].to_str()?;
//! #     assert!(location.starts_with("https://app.example.com/cb?code=") && location.contains("&scope=read&state=x"));
//! #     Ok(())
//! # }
//! ```
//!
//! # An application that has its own login
//!
//! Most applications have a session and a page `/login?next=..` already. Then the request is suspended once, the person goes where they
//! always sign in, and comes back to a page that asks for consent: F5, Back and a second tab find the same request under its handle. The
//! handle may stand in a URL, since it is of no use without the cookie that was set with it.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::extract::{Extension, Form, Path, State};
//! use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
//! use axum::{Router, body::Body, routing::get};
//! use bytes::Bytes;
//! use grantor::{
//!     Administers, Approval, AuthorizationRequest, Decision, Interaction, ResumeError, Subject, Yes, router_with,
//! };
//! use http::{HeaderMap, Request, header::SET_COOKIE};
//!
//! /// What a middleware of yours puts into the extensions of each request of somebody who is signed in.
//! #[derive(Clone)]
//! struct Session(Subject);
//!
//! struct YourLogin;
//!
//! impl<Sv: Administers> Interaction<Sv> for YourLogin {
//!     async fn decide(&self, server: &Sv, http: &Request<Bytes>, request: AuthorizationRequest) -> Decision {
//!         let session = http.extensions().get::<Session>();
//!         if let Some(Session(person)) = session
//!             && approved_before(server, person, &request).await
//!         {
//!             return request.approve(Approval::by(person.clone()));
//!         }
//!         match server.suspend(request).await {
//!             Err(error) => ResumeError::from(error).into_response().into(),
//!             Ok(suspended) => {
//!                 let consent = format!("/consent/{}", suspended.handle());
//!                 let next = if session.is_some() { consent } else { format!("/login?next={consent}") };
//!                 let cookie = AppendHeaders([(SET_COOKIE, suspended.set_cookie().clone())]);
//!                 Decision::page_from((cookie, Redirect::to(&next))).await
//!             }
//!         }
//!     }
//! }
//!
//! /// Has this person allowed the client as much before, and not taken it back?
//! async fn approved_before<Sv: Administers>(server: &Sv, person: &Subject, request: &AuthorizationRequest) -> bool {
//!     let before = server.authorizations(person).await.unwrap_or_default();
//!     // Never for a client that has no secret, since somebody else may say the same name (RFC 8252 section 8.6), or that nobody vetted.
//!     before.iter().any(|it| request.is_covered_by(it))
//! }
//!
//! async fn ask<Sv: Administers>(
//!     State(server): State<Arc<Sv>>,
//!     session: Option<Extension<Session>>,
//!     Path(handle): Path<String>,
//!     headers: HeaderMap,
//! ) -> Response {
//!     if session.is_none() {
//!         return Redirect::to(&format!("/login?next=/consent/{handle}")).into_response();
//!     }
//!     match server.resume(&handle, &headers).await {
//!         Err(error) => error.into_response().map(Body::from),
//!         // Your template, which escapes what it shows.
//!         Ok(request) => Html(format!(
//!             "<form method=post><p>{} asks for: {}</p><button name=allow value=yes>Allow</button><button>Refuse</button></form>",
//!             request.client().id(),
//!             request.scope(),
//!         ))
//!         .into_response(),
//!     }
//! }
//!
//! async fn answer<Sv: Administers>(
//!     State(server): State<Arc<Sv>>,
//!     Extension(Session(person)): Extension<Session>,
//!     Path(handle): Path<String>,
//!     headers: HeaderMap,
//!     Form(fields): Form<Vec<(String, String)>>,
//! ) -> Response {
//!     let decision = match server.resume(&handle, &headers).await {
//!         Err(error) => return error.into_response().map(Body::from),
//!         Ok(request) if fields.iter().any(|(name, _)| name == "allow") => request.approve(Approval::by(person)),
//!         Ok(request) => request.deny(),
//!     };
//!     // Whoever clicks twice gets the first answer again.
//!     server.complete(decision).await.map(Body::from)
//! }
//!
//! fn app<Sv: Administers<Authorizes = Yes> + 'static>(server: Arc<Sv>) -> Router {
//!     let consent = Router::new().route("/consent/{handle}", get(ask::<Sv>).post(answer::<Sv>)).with_state(server.clone());
//!     // Your middleware goes around both.
//!     router_with(server, YourLogin).merge(consent)
//! }
//! # use grantor::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     use tower::ServiceExt;
//! #     let store = SqliteStore::open(std::env::temp_dir().join(format!("grantor-recipe-{}.db", std::process::id())))?;
//! #     let server = AuthorizationServer::builder()
//! #         .issuer(issuer!("https://auth.example.com"))
//! #         .storage(store)
//! #         .grant(AuthorizationCode::new())
//! #         .response_type(Code)
//! #         .build();
//! #     let client = Client::confidential("app", &ClientSecret::generate()).redirect_uri("https://app.example.com/cb").scope("read write");
//! #     server.register_client(client.build()?).await?;
//! #     let app = app(Arc::new(server));
//! #     let signed_in = app.clone().layer(Extension(Session(Subject::new("alice")?)));
//! #     let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
//! #     let start = |scope: &str| format!("/authorize?client_id=app&response_type=code&scope={scope}&code_challenge={challenge}&code_challenge_method=S256");
//! #     let page = app.clone().oneshot(Request::get(start("read")).body(Body::empty())?).await?;
//! #     let cookie = page.headers()["set-cookie"].to_str()?.split(';').next().unwrap_or_default().to_owned();
//! #     let next = page.headers()["location"].to_str()?.strip_prefix("/login?next=").ok_or("not to the login")?.to_owned();
//! #     for _ in 0..2 {
//! #         let shown = signed_in.clone().oneshot(Request::get(&next).header("cookie", &cookie).body(Body::empty())?).await?;
//! #         assert_eq!(shown.status(), 200);
//! #     }
//! #     let mut sent = Vec::new();
//! #     for _ in 0..2 {
//! #         let post = Request::post(&next).header("content-type", "application/x-www-form-urlencoded").header("cookie", &cookie);
//! #         let answer = signed_in.clone().oneshot(post.body(Body::from("allow=yes"))?).await?;
//! #         sent.push(answer.headers()["location"].to_str()?.to_owned());
//! #     }
//! #     assert!(sent[0].contains("?code=") && sent[0] == sent[1]);
//! #     let again = signed_in.clone().oneshot(Request::get(start("read")).body(Body::empty())?).await?;
//! #     assert!(again.headers()["location"].to_str()?.contains("?code="));
//! #     let more = signed_in.oneshot(Request::get(start("read%20write")).body(Body::empty())?).await?;
//! #     assert!(more.headers()["location"].to_str()?.starts_with("/consent/"));
//! #     Ok(())
//! # }
//! ```
//!
//! Check `next` in your login: only paths of your own.
//!
//! Each approval is an authorization of its own, also one that nobody was asked for: after a month of silent ones a person has hundreds. So a
//! page of what somebody allowed shows one entry for each application, and takes all of its authorizations back together, as the
//! example server's does:
//!
//! ```
//! use grantor::{Administers, ClientId, Scope, StoreError, Subject, Timestamp};
//!
//! /// An application that a person allowed something, however often.
//! struct Connected {
//!     client_id: ClientId,
//!     /// All that it may, of all its authorizations.
//!     scope: Scope,
//!     /// When it was allowed last.
//!     since: Timestamp,
//! }
//!
//! /// One entry for each application; what was allowed last comes first.
//! async fn connected<Sv: Administers>(server: &Sv, person: &Subject) -> Result<Vec<Connected>, StoreError> {
//!     let mut apps: Vec<Connected> = Vec::new();
//!     for record in server.authorizations(person).await? {
//!         match apps.iter_mut().find(|app| app.client_id == record.client_id) {
//!             Some(app) => {
//!                 let both = app.scope.iter().chain(record.scope().iter());
//!                 app.scope = Scope::from_tokens(both).map_err(StoreError::failed)?;
//!             }
//!             None => apps.push(Connected {
//!                 client_id: record.client_id.clone(),
//!                 scope: record.scope().clone(),
//!                 since: record.created_at,
//!             }),
//!         }
//!     }
//!     Ok(apps)
//! }
//!
//! /// Takes back all that the application may. The form that asks for it needs a protection of its own: see below.
//! async fn take_back<Sv: Administers>(server: &Sv, person: &Subject, client_id: &str) -> Result<(), StoreError> {
//!     for record in server.authorizations(person).await? {
//!         if record.client_id.as_str() == client_id {
//!             server.revoke_authorization(person, &record.id).await?;
//!         }
//!     }
//!     Ok(())
//! }
//! # use grantor::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     let server = AuthorizationServer::builder()
//! #         .profile(Development::<OAuth21>::new())
//! #         .issuer(issuer!("https://auth.example.com"))
//! #         .storage(MemoryStore::new())
//! #         .grant(AuthorizationCode::new())
//! #         .response_type(Code)
//! #         .build();
//! #     for id in ["app", "other"] {
//! #         let client = Client::public(id).redirect_uri("https://app.example.com/cb").scope("read write");
//! #         server.register_client(client.build()?).await?;
//! #     }
//! #     let person = Subject::new("alice")?;
//! #     for (id, scope) in [("app", "read"), ("app", "read"), ("other", "read"), ("app", "write")] {
//! #         let client = grantor::testing::TestClient::public(&server, id).scope(scope);
//! #         client.tokens(Approval::by(person.clone())).await;
//! #     }
//! #     let apps = connected(&server, &person).await?;
//! #     assert_eq!((server.authorizations(&person).await?.len(), apps.len()), (4, 2));
//! #     let app = apps.iter().find(|app| app.client_id.as_str() == "app").ok_or("no entry")?;
//! #     assert!(app.scope.contains("read") && app.scope.contains("write") && app.since > Timestamp::from_unix(0));
//! #     take_back(&server, &person, "app").await?;
//! #     let left = connected(&server, &person).await?;
//! #     assert_eq!(left.iter().map(|app| app.client_id.as_str()).collect::<Vec<_>>(), ["other"]);
//! #     Ok(())
//! # }
//! ```
//!
//! Whatever else remembers that somebody allowed an application, such as a session, has to forget it in the same step, or the application
//! comes back without a question.
//!
//! A session of your own fits in the same place: where [`Interaction::decide`](crate::Interaction::decide) finds a session cookie
//! in the HTTP request, it can show the consent page without the password, or approve at once.
//!
//! With a server whose type is known, the same two methods are at
//! [`server.authorization()`](crate::AuthorizationServer::authorization). Without a router, call
//! [`handle`](crate::AuthorizationEndpoint::handle): it gives either a response to send, or the request to decide about, and
//! [`complete`](crate::AuthorizationEndpoint::complete) makes a response of the decision. A decision is completed by the server
//! that found the request valid, and by no other.
//!
//! # Suspend and resume
//!
//! [`suspend`](crate::SuspendsRequests::suspend) stores the request and returns a [`Suspended`](crate::Suspended). It has two
//! halves, and both must reach the browser:
//!
//! * the **handle**, for a hidden field of the form;
//! * the **cookie**, for the `Set-Cookie` header of the page. It identifies the browser, not the person.
//!
//! [`request()`](crate::Suspended::request) is there to look at, for what the page shows. You can decide it only after `resume` has
//! returned it.
//!
//! [`resume`](crate::SuspendsRequests::resume) needs both back. The storage is keyed with a hash over the two, so:
//!
//! * A handle that leaks, from a log or a screenshot, is worth nothing in another browser.
//! * A handle that an attacker plants in your browser is worth nothing either: it belongs to the attacker's cookie. So nobody can
//!   make you continue a request that they began.
//! * A request with a wrong handle or cookie takes nothing away from the right one.
//!
//! The request waits in the storage until it is decided, and `resume` gives it back any number of times: a form that is sent again, a
//! reload, Back, a second tab. Suspend it again for the next page; it keeps its handle and costs no write.
//!
//! Whoever decides a request decides it once, in the same step that begins the authorization. Two clicks, Enter twice, or a reload of
//! the page that answered a post decide the same again in the same browser, and get the first answer again, byte for byte, for as long
//! as a code lives. Nothing was stored from which somebody else could make it: code and token are derived from handle and cookie.
//! Whoever decides otherwise (another person, another scope, no after yes) gets a page that says so, and the client gets nothing.
//! [`is_decided`](crate::AuthorizationRequest::is_decided) says which it is, for pages that want to know.
//!
//! After [`interaction_lifetime`](crate::Builder::interaction_lifetime), 10 minutes unless set otherwise, counted from the first
//! page, the request is gone. [`ResumeError`](crate::ResumeError) says which of these it was, as far as that may be told, and
//! [`into_response`](crate::ResumeError::into_response) makes a page of it.
//!
//! On resume the client is looked up again. If it was removed, or lost its redirect URI or response type, the request does not
//! come back; nor if another server over the same storage suspended it, and it lacks what this one insists on, such as PKCE.
//!
//! Anybody can send authorization requests, so it is bounded how many wait. One browser has
//! [`pending_per_browser`](crate::Builder::pending_per_browser), 32: with one more, one in the middle gives way, so that other sites
//! that make the browser ask disturb neither what its person has begun nor what they begin next. One instance of the server keeps
//! [`pending_requests`](crate::Builder::pending_requests), 50,000: beyond that `suspend` is
//! [`StoreError::Unavailable`](crate::StoreError::Unavailable), which the page says as `temporarily_unavailable`.
//!
//! The storage needs [`PendingStore`](crate::PendingStore) for this. A server that always decides at once can do
//! without.
//!
//! # Cookies
//!
//! The library sets cookies of one kind, and only through `Suspended`:
//!
//! | issuer | name | attributes |
//! |---|---|---|
//! | `https` | `__Host-grantor-browser-` and six characters | `Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure` |
//! | `http` on loopback, in development | `grantor-browser-` and six characters | `Max-Age=600; Path=/; HttpOnly; SameSite=Lax` |
//!
//! It lasts as long as a request may stay suspended (the interaction lifetime), from the last page that set it, and is kept if it
//! is there already, so several tabs can be in the middle of signing in. Tabs that began at the same moment, when there was none,
//! have one each: the name ends with the beginning of the value. The handle begins with the same six characters, so that it says
//! which cookie belongs to it, and one look-up finds its request.
//!
//! When another site makes a browser post a form to the authorization endpoint, no `Lax` cookie comes along, neither this one nor that
//! of your sessions. So the answer is a page that posts the same form once more, from here, with which they come (by itself, or by its
//! button where no script runs): another site can neither add cookies nor take the place of one, and what it sent gets into no URL. A post of
//! which nobody says from where it comes shares one cookie, `__Host-grantor-browser-posted`, which gives way to the next such request.
//!
//! It belongs to one host: the route that resumes must be on the host of the authorization endpoint. Browsers accept the name
//! `__Host-` only with `Secure` and without `Domain`, so another host of your domain cannot plant it.
//!
//! Your own session cookie should have the same attributes.
//!
//! # Forged requests
//!
//! "The authorization server MUST implement CSRF protection for its authorization endpoint" (RFC 6749 section 10.12). A form that
//! is resumed with handle and cookie has it: another site knows neither. No further token is needed in that form.
//!
//! What remains with you:
//!
//! * **Approving without a page.** A link to `/authorize` on any site starts a request in your browser. If
//!   [`decide`](crate::Interaction::decide) approves because a session cookie is there, a code goes to the client without anybody
//!   having clicked. That is fine for a client of your own that the person approved before; it is not for any other, and for a
//!   public client RFC 6749 section 10.2 says not to do it without other measures. Remember who approved which client and scope,
//!   and show the page otherwise.
//! * **Your other forms**, such as one that signs people in without an authorization request. They need their own protection.
//! * **Framing.** A page that can be framed can be clicked by accident (RFC 6749 section 10.13): send
//!   `X-Frame-Options: DENY` or `Content-Security-Policy: frame-ancestors 'none'` with each of your pages, as the example does.
//! * **Escaping.** The client's name comes from its registration; escape it like everything else that you put into HTML.
//!
//! # Guessed passwords
//!
//! Passwords are the application's, and so is the limit on guessing them. Three mistakes are easy to make:
//!
//! * **A limit for each name alone** lets whoever knows a name lock its person out. Give strangers a small limit for each source and name,
//!   and a large one for all of them together. Give a browser with which the person has signed in before one of its own, known by a
//!   cookie that stays after signing out: strangers do not touch it.
//! * **A queue for all.** Checking a password is slow by design, for names that do not exist too, or the time would tell which do. So
//!   made-up names keep real people waiting, unless each source has only a few places in the queue, and known browsers have another one.
//! * **A source that can be made up.** Behind a proxy it is the last address in the header that the proxy sets or appends to, and never
//!   the first. Where nobody can tell sources apart, have no limit for each: one stranger would use it up for everybody.
//!
//! The example (`examples/server/authorization_server`) does it so, in `limits.rs` and `visitor.rs`; `--source-header` names the header.
//!
//! # The form-action trap
//!
//! `Content-Security-Policy: form-action 'self'` looks like a good idea on a login page. But browsers differ in whether they
//! apply `form-action` to the redirects that follow the post as well, and the response to this post is a redirect to the
//! client. Where they do, the person clicks "Allow" and nothing happens; the only trace is in the browser's console.
//!
//! Leave `form-action` out of the policy of pages whose form completes an authorization request, or name the origin of
//! [`redirect_uri`](crate::AuthorizationRequest::redirect_uri) in it beside `'self'`. The pages of this library name no
//! `form-action`.
//!
//! # Approving less than was asked for
//!
//! [`Approval::scope`](crate::Approval::scope) narrows the approval. What was not asked for is never granted, whatever you pass.
//! If nothing is left of what was asked for, the client gets `access_denied`. The scope that was granted is in the redirect and
//! in the token response, so the client knows (RFC 6749 section 3.3).
//!
//! ```
//! use grantor::{Approval, AuthorizationRequest, Decision, Scope, Subject};
//!
//! /// Lets people read, whatever the client asks for.
//! fn reading_only(request: AuthorizationRequest, person: Subject) -> Decision {
//!     match Scope::parse("read") {
//!         Ok(read) => request.approve(Approval::by(person).scope(read)),
//!         Err(_) => request.deny(),
//!     }
//! }
//! ```
//!
//! # Refusing for another reason
//!
//! [`deny`](crate::AuthorizationRequest::deny) is `access_denied`. With [`reject`](crate::AuthorizationRequest::reject) the
//! application picks the error: one of RFC 6749 section 4.1.2.1, or one of an extension.
//!
//! ```
//! use grantor::{AuthorizationRequest, Decision, ErrorCode, OAuthError};
//!
//! const LOGIN_REQUIRED: ErrorCode = ErrorCode::extension("login_required");
//!
//! fn nobody_is_signed_in(request: AuthorizationRequest) -> Result<Decision, AuthorizationRequest> {
//!     match request.parameter("prompt") {
//!         // The client asked for an answer without any page.
//!         Some("none") => Ok(request.reject(OAuthError::new(LOGIN_REQUIRED, "nobody is signed in"))),
//!         _ => Err(request),
//!     }
//! }
//! ```
//!
//! # What the client gets
//!
//! A redirect to its redirect URI, with `code` (or whatever the response type returns), `state` as it was sent, and `iss`, the
//! issuer (RFC 9207). It has the status 303 after `resume`, and if the authorization request was a post, so that the browser does
//! not send a password on (RFC 9700 section 4.12); otherwise 302. So do not keep a request in a session of your own to decide it when
//! a password was posted: suspend it. With `response_mode=form_post` it is a page whose form posts the same parameters.
//!
//! A request that is not valid never reaches the application. If its client or redirect URI is wrong, the person sees a page and
//! is sent nowhere (RFC 6749 section 4.1.2.1); any other error goes to the client. The page's
//! [`OAuthError`](crate::OAuthError) is in the extensions of the response, for applications that show their own.
//!
//! [`AuthorizationRequest`]: crate::AuthorizationRequest
//! [`Decision`]: crate::Decision
//! [`Decision::page`]: crate::Decision::page
//! [`Interaction`]: crate::Interaction
