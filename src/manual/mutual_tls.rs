//! Mutual TLS: clients with certificates.
//!
//! Banks, hospitals and the insides of data centres give their programs certificates. With mutual TLS (RFC 8705) such a client shows its
//! certificate when it connects and proves that it has the private key. That answers two questions, each without the other:
//!
//! | who is the client? | instead of a secret: `tls_client_auth`, `self_signed_tls_client_auth` |
//! |---|---|
//! | whose is the token? | it is bound to the certificate: a stolen one is worth nothing on another connection |
//!
//! # DPoP or mutual TLS?
//!
//! | | [`dpop`](super::dpop) | mutual TLS |
//! |---|---|---|
//! | clients | any, also in a browser or on a phone | programs that have a certificate, and control their TLS |
//! | who has to know of it | client, server, API | these, and whatever ends TLS in between: a proxy has to pass the certificate on |
//! | each request | a signature by the client, verified by the API, remembered for a minute | nothing: the handshake did it |
//! | a replayed request | is refused | cannot be made without the connection |
//! | a new key | any time | a new certificate: tokens end with the old one, clients that authenticate refresh them |
//! | authenticates the client, too | no | yes, if wanted |
//!
//! So: DPoP, unless there are certificates already, or somebody asks for them. A server may have both, and each client binds its tokens as it
//! likes: see [below](#both).
//!
//! # Two lines
//!
//! ```
//! use grantor::{AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, MutualTls, OAuth21, RefreshToken, issuer};
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .response_type(Code)
//!     .enable(MutualTls::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! And the API:
//!
//! ```
//! # fn f(store: grantor::MemoryStore, issuer: grantor::Issuer) {
//! use grantor::{LocalVerifier, ResourceServer};
//!
//! let server = ResourceServer::new(LocalVerifier::new(store, issuer)).mutual_tls();
//! # let _ = server;
//! # }
//! ```
//!
//! # The certificate has to get there
//!
//! Both look for a [`ClientCertificate`](crate::ClientCertificate) in the extensions of the request, and nowhere else. Whoever ends TLS puts it
//! there. With `rustls` it is the first of `peer_certificates()`; the example server does the whole of it with `tokio-rustls` and axum
//! (`examples/server/authorization_server/tls.rs`; try `--tls-certificate`, `--tls-key`, `--client-ca`, `--mtls`).
//!
//! | write | if the TLS layer verified |
//! |---|---|
//! | [`ClientCertificate::verified`](crate::ClientCertificate::verified) | the chain, up to an authority that you trust *for clients* |
//! | [`ClientCertificate::unverified`](crate::ClientCertificate::unverified) | that the client has the private key, and no more |
//!
//! The library verifies no chain itself. `tls_client_auth` accepts a verified certificate alone: whoever can write a subject into a certificate of
//! their own would otherwise be that client. Trust few authorities for it, those that issue to your clients and to nobody else: the
//! subject is all that is compared, so each of them may name anybody (RFC 8705 section 7.4). The authorities of the web are not meant for this.
//!
//! ## Behind a proxy
//!
//! A proxy that ends TLS passes the certificate in a header, of which there are a dozen kinds. The library reads none: whoever reaches the
//! application around the proxy, or through one that does not remove what clients send, would be whoever they claim to be. If yours is set up
//! so that it *replaces* the header in every request, also in those without a certificate, and nothing reaches the application but through it,
//! a few lines of your own do it:
//!
//! ```
//! use base64::Engine as _;
//! use base64::engine::general_purpose::STANDARD;
//! use grantor::ClientCertificate;
//!
//! /// `client-cert` of RFC 9440, as our proxy sets it: the certificate in base64 between colons. The proxy verified the chain.
//! fn from_our_proxy<B>(request: &mut http::Request<B>) {
//!     // Two headers, or one that cannot be read, are no certificate.
//!     let mut values = request.headers().get_all("client-cert").iter();
//!     let (Some(value), None) = (values.next(), values.next()) else { return };
//!     let text = value.to_str().ok().and_then(|text| text.strip_prefix(':')?.strip_suffix(':'));
//!     let der = text.and_then(|text| STANDARD.decode(text).ok());
//!     if let Some(certificate) = der.and_then(|der| ClientCertificate::verified(&der).ok()) {
//!         request.extensions_mut().insert(certificate);
//!     }
//! }
//! # let mut request = http::Request::get("/").header("client-cert", ":AAAA:").body(()).unwrap();
//! # from_our_proxy(&mut request);
//! # assert!(request.extensions().get::<ClientCertificate>().is_none());
//! ```
//!
//! # Clients that authenticate with it
//!
//! With each request they send their `client_id`, and no other credentials.
//!
//! | in the record | the certificate is |
//! |---|---|
//! | `"token_endpoint_auth_method": "tls_client_auth"`, and one of `tls_client_auth_subject_dn`, `tls_client_auth_san_dns`, `tls_client_auth_san_uri`, `tls_client_auth_san_ip`, `tls_client_auth_san_email` | verified, and of this subject |
//! | `"token_endpoint_auth_method": "self_signed_tls_client_auth"`, and `jwks` or `jwks_uri` | one of those there: `x5c`, or `x5t#S256`; a key with neither stands for every certificate for it |
//!
//! In Rust: [`Client::with_certificate`](crate::Client::with_certificate) and
//! [`Client::with_self_signed_certificate`](crate::Client::with_self_signed_certificate). Exactly one subject is registered, and it is compared
//! exactly: a name attribute by attribute, in the order and the case of the certificate, however it is written
//! ([`subject_dn`](crate::ClientCertificate::subject_dn) prints what to register); an address as the address that it is; the others byte by byte,
//! so `*.example.com` is that name and no pattern.
//!
//! What is wrong is in the log as `refused a client certificate`; the client is told `invalid_client`:
//!
//! | `reason` | what to do |
//! |---|---|
//! | the connection has no client certificate | ask for one in the handshake; behind a proxy, pass it on |
//! | nobody verified the chain of the certificate, as `tls_client_auth` needs it | tell the TLS layer of the authority, and use `ClientCertificate::verified` |
//! | the certificate is of another subject than the client registered | register what `subject_dn` prints |
//! | the client did not register the certificate | the `jwks` has another; at a `jwks_uri` a new one is seen within half a minute |
//!
//! # Tokens that are bound
//!
//! | to insist | write | then |
//! |---|---|---|
//! | for one client | `"tls_client_certificate_bound_access_tokens": true` in its record | its tokens are bound, and without a certificate it gets none; a server without `MutualTls` does not serve it |
//! | at the server | [`MutualTls::required()`](crate::MutualTls::required) | nobody gets bearer tokens; a response type that returns a token from the authorization endpoint does not compile beside it |
//! | at an API | [`bound_tokens_only`](crate::ResourceServer::bound_tokens_only) | it takes none |
//!
//! The token stays a `Bearer` token in name, and has `cnf` with `x5t#S256` in a JWT and at introspection, which every verifier of this library
//! reads. A client that does not authenticate, such as an application on a phone with a certificate that it made itself, has its refresh token
//! bound as well.
//!
//! # Browsers
//!
//! A server that asks for certificates makes browsers show a dialog. So servers ask on another host, and the metadata says where
//! ([`endpoint_aliases`](crate::MutualTls::endpoint_aliases), RFC 8705 section 5). It is the same application at the same paths; only what ends
//! TLS differs:
//!
//! ```
//! # fn f() -> Result<(), grantor::MutualTlsError> {
//! use grantor::MutualTls;
//!
//! let feature = MutualTls::new().endpoint_aliases("https://mtls.auth.example.com")?;
//! # let _ = feature;
//! # Ok(())
//! # }
//! ```
//!
//! # Both
//!
//! With `Dpop` beside it each client binds its tokens as it likes: `Dpop::required()` and `MutualTls::required()` together refuse only a request
//! that has neither a proof nor a certificate. A proof counts before a certificate that the client did not ask to be bound to, and a
//! client that registered both is bound to both. The profile [`Fapi2`](crate::Fapi2) accepts either, for tokens and for who the client is: see
//! [`high_value_apis`](super::high_value_apis).
//!
//! # What it does not do
//!
//! Certificates that were revoked are for the TLS layer to know of. Whoever sees the handshake of TLS 1.2 sees the certificate, and so who
//! connects (RFC 8705 section 8): use 1.3.
