//! Clients that are URLs: applications that you have never heard of, and that nobody registers.
//!
//! Somebody installs an editor with an assistant, names your server, and expects it to work. Whoever wrote the editor has not registered it
//! with you, and cannot: there are thousands of servers like yours. So the `client_id` is the URL of a file that its makers publish, and
//! your server reads there what else it has to know (client ID metadata documents, draft-ietf-oauth-client-id-metadata-document). It is how
//! clients of the Model Context Protocol come first; those that cannot do so register themselves.
//!
//! ```json
//! {
//!     "client_id": "https://editor.example/oauth/client.json",
//!     "client_name": "Editor",
//!     "redirect_uris": ["http://127.0.0.1/callback", "http://localhost/callback"],
//!     "grant_types": ["authorization_code", "refresh_token"],
//!     "token_endpoint_auth_method": "none"
//! }
//! ```
//!
//! # Two lines
//!
//! ```
//! # #[cfg(feature = "reqwest")]
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, ClientHosts, ClientMetadataDocuments, Code, Development, Fetcher, MemoryStore,
//!     OAuth21, RefreshToken, Scope, issuer,
//! };
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .response_type(Code)
//!     .fetcher(Fetcher::new()?)
//!     .enable(ClientMetadataDocuments::new(ClientHosts::any()).scope(Scope::parse("notes:read notes:write")?))
//!     .build();
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! A [`Fetcher`](crate::Fetcher) is the one way out of your network to URLs that strangers name: without it the chain does not compile, and
//! `Fetcher::new` comes with the feature `reqwest` (enable TLS there, as the page on clients without secrets shows). From now on a
//! `client_id` that is such a URL is a client at every endpoint, and the metadata says `client_id_metadata_document_supported`. One that is
//! in your storage is the one that you registered, whatever its identifier looks like: nothing is fetched for it.
//!
//! # What your pages have to do
//!
//! Such a client is known by nothing but what it says of itself, so the library holds you to more. An approval that does not say that the
//! person was asked ([`Approval::consented`](crate::Approval::consented)) is refused with `consent_required`, and a request that is not valid
//! is shown on a page and not sent back, as a link to your server would take people to anywhere. Your consent page shows
//!
//! | what | from | why |
//! |---|---|---|
//! | the name | [`AuthorizationRequest::client_name`](crate::AuthorizationRequest::client_name) | without characters that hide or turn around what stands beside them |
//! | the host of the document | [`document_host`](crate::AuthorizationRequest::document_host) | it is all that is known for sure: whoever can publish a file there is the client |
//! | that you do not know that host | [`Client::document_host_is_known`](crate::Client::document_host_is_known) | say so, if you have a list of those that you know |
//! | where the person goes next | [`redirect_host`](crate::AuthorizationRequest::redirect_host) | the draft lets it be another host |
//! | a warning | [`may_be_another_program`](crate::AuthorizationRequest::may_be_another_program) | it returns to the person's own machine, where any program can say that it is this one |
//!
//! ```
//! use grantor::AuthorizationRequest;
//!
//! /// To be escaped, as all text in HTML.
//! fn who_asks(request: &AuthorizationRequest) -> Vec<String> {
//!     let mut lines = vec![format!("{} would like to use your notes.", request.client_name())];
//!     if let Some(host) = request.document_host() {
//!         let known = if request.client().document_host_is_known() { "" } else { ", which we do not know" };
//!         lines.push(format!("It comes from {host}{known}, and takes you to {}.", request.redirect_host()));
//!     }
//!     if request.may_be_another_program() {
//!         lines.push("Go on only if you have just started it: any program on your computer can pose as it.".to_owned());
//!     }
//!     lines
//! }
//! # let _ = who_asks;
//! ```
//!
//! A logo is a picture that a stranger chooses and may change. If you show one, fetch it once and serve it yourself; a link to it would tell
//! its owner who looks at your pages, and when. The example server has all of this but logos: `--client-documents any`.
//!
//! # Whom to let in
//!
//! [`ClientHosts::any`](crate::ClientHosts::any) lets every host in and tells people that nobody knows it; with
//! [`only`](crate::ClientHosts::only) there are no others than yours, which fits a company; [`allow`](crate::ClientHosts::allow) and
//! [`deny`](crate::ClientHosts::deny) make exceptions. What you keep in a database is a [`ClientHostPolicy`](crate::ClientHostPolicy) of your
//! own, asked at each request and before anything is sent to the host. "Known" is not "vetted": people are asked in any case.
//!
//! What all of them may have at most you say at the feature: [`scope`](crate::ClientMetadataDocuments::scope), and
//! [`grant_types`](crate::ClientMetadataDocuments::grant_types), which are the code grant and refresh tokens unless you name others. A document
//! that asks for more gets no more. It says nothing of lifetimes, audiences or introspection: those are yours.
//!
//! # Clients with keys
//!
//! A client that runs on a server publishes a key as well, and then has to use it (`token_endpoint_auth_method` `private_key_jwt`, with `jwks`
//! or `jwks_uri`): enable `PrivateKeyJwt`. Without that feature such a client is unknown here. There are no secrets: a document with a
//! `client_secret`, or with a method that needs one, is not valid.
//!
//! # When a document changes
//!
//! It is kept as its `Cache-Control` says, for half a minute at least and an hour at most ([`Fetcher::keep_for`](crate::Fetcher::keep_for)), and
//! what is fetched then counts from then on. Whoever owns the file, or the host some years later, can make another client of it. So the library
//! remembers what people saw, as a short text ([`Client::fingerprint`](crate::Client::fingerprint)): names and pages, redirect URIs, how the client
//! proves who it is. Where that differs,
//!
//! * a request that waits for its person ends with a page that says that the application has changed,
//! * a code, or that of a device, is `invalid_grant`,
//! * a refresh is `invalid_grant`, upon which clients begin a new authorization and people are asked anew. The refresh token stays good: a
//!   document that was wrong for an hour costs nobody their session.
//!
//! Where you keep what people agreed to yourself, keep the fingerprint beside it;
//! [`AuthorizationRequest::is_covered_by`](crate::AuthorizationRequest::is_covered_by) compares it in what the library keeps.
//!
//! # It does not work
//!
//! | the client gets | because | you read |
//! |---|---|---|
//! | 503 `temporarily_unavailable`, a page with it at the authorization endpoint | the host is down, slow, says something else than 200, redirects, sends no JSON or more than 5 KiB, or is an address of your network | event `grantor.client_document_failed`, with the reason |
//! | `invalid_client` with "the client's metadata document is not valid: .." | what is wrong with it is said there: its author needs it | the same |
//! | `invalid_client`, or a page "the client is not registered" | the identifier is no such URL (a path is needed; no port but 443), its host is denied, or it has keys and this server has not `PrivateKeyJwt` | the messages `a client whose identifier is a URL of a denied host`, `this server does not have the client's authentication method` |
//!
//! 503 and not `invalid_client`, because clients that hear the latter throw away what they have. What went wrong on the way is not told, as
//! whoever names a URL could look around in your network by it. Neither errors nor documents that are not valid are kept; a URL that failed
//! is left alone for two seconds, then four, up to half a minute.
//!
//! On your own machine, with a document at `https://localhost:8443/client.json`, use
//! `Fetcher::new()?.allow_port(8443).allow_private_addresses()`: that compiles under [`Development`](crate::Development) and nowhere else.
