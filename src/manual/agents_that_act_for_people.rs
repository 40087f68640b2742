//! Agents that act for people: a token that is narrower than the person's, that says who uses it, and that ends when the person says so.
//! And people of a company who use an MCP server, or another's API, without a consent page there. Feature `jose` for most of it.
//!
//! # An agent gets a token of its own
//!
//! Whoever hands an agent the access token of a person gives it all that the person may do, for as long as the token lives, and nobody who
//! sees it used can tell the two apart. With token exchange (RFC 8693) the agent gives that token to the authorization server and gets one
//! of its own: for less, for a shorter time, with `act` in it.
//!
//! ```
//! use grantor::{
//!     AuthorizationCode, AuthorizationServer, Code, Development, Exchange, ExchangeDecision, ExchangePolicy, Introspection,
//!     MemoryStore, OAuth21, RefreshToken, Revocation, Scope, StoreError, TokenExchange, issuer, lifetime,
//! };
//!
//! struct Agents;
//!
//! impl ExchangePolicy for Agents {
//!     async fn decide(&self, exchange: Exchange<'_>) -> Result<ExchangeDecision, StoreError> {
//!         // Who is it, and for whom does it ask? Whatever you do not permit is refused.
//!         match exchange.client().id().as_str() {
//!             "mail-agent" => {
//!                 let scope = Scope::parse("mail:read").map_err(StoreError::failed)?;
//!                 Ok(ExchangeDecision::delegate().scope(scope).access_token_lifetime(lifetime!(AccessTokenLifetime, 300)))
//!             }
//!             _ => Ok(ExchangeDecision::deny()),
//!         }
//!     }
//! }
//!
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.example.com"))
//!     .storage(MemoryStore::new())
//!     .grant(AuthorizationCode::new())
//!     .grant(RefreshToken::new())
//!     .grant(TokenExchange::new(Agents))
//!     .response_type(Code)
//!     .enable(Introspection::new())
//!     .enable(Revocation::new())
//!     .build();
//! # let _ = server;
//! ```
//!
//! The agent is a client that authenticates, with the grant `urn:ietf:params:oauth:grant-type:token-exchange` in its record. That the
//! person's token permits it is said when the person approves:
//!
//! ```
//! # use grantor::{Actor, Approval, AuthorizationRequest, Decision, Subject};
//! fn approved(request: AuthorizationRequest, person: Subject) -> Decision {
//!     // The person chose it on your consent page.
//!     request.approve(Approval::by(person).may_act(Actor::client("mail-agent")))
//! }
//! ```
//!
//! Then the agent asks, with the token that the application gave it:
//!
//! ```text
//! POST /token
//! Authorization: Basic ..
//!
//! grant_type=urn:ietf:params:oauth:grant-type:token-exchange
//! &subject_token=..&subject_token_type=urn:ietf:params:oauth:token-type:access_token
//! &scope=mail:read&resource=https://mail.example.com
//! ```
//!
//! ```text
//! {"access_token":"..","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer",
//!  "expires_in":300,"scope":"mail:read"}
//! ```
//!
//! An API sees for whom, and who: `sub` is the person, `act` is `{"sub":"client:mail-agent"}`, in a JWT as at introspection.
//! [`TokenClaims::actor`](crate::TokenClaims::actor) has it. Decide by the person and by the actor; whoever acted before
//! ([`Actor::prior`](crate::Actor::prior)) is there for your records alone (section 4.1).
//!
//! # What your policy cannot get wrong
//!
//! | | |
//! |---|---|
//! | who | the client is the one that got the token, an API that the token is for (its [`audience`](crate::ClientBuilder::audience)), or named in the token's `may_act`. A token that somebody picked up is exchanged for nothing |
//! | what | never more scope, another audience or a later end than the token that was given. For an API behind an API, the person approves both: the client asks for both `resource`s |
//! | until when | revoking the person's authorization ends what came of it, and what came of that. The agent's own shows in the [list of the person's authorizations](crate::AuthorizationServer::authorizations), and can be revoked alone |
//! | who acts | one who is named in `may_act` acts, and nobody else does; so many at most, one after the other, as [`actors`](crate::TokenExchange::actors) says |
//! | signing in | `openid` is not passed on: nobody signed in to the agent |
//!
//! [`impersonate`](crate::ExchangeDecision::impersonate) in place of `delegate` leaves `act` out. Prefer not to.
//!
//! There is no refresh token unless the policy says [`with_refresh_token`](crate::ExchangeDecision::with_refresh_token): for an agent that goes
//! on when the person's token has expired. It ends when the person's authorization is revoked, not when it expires.
//!
//! An actor token says who acts where it is not the client itself: a token that a workload got for itself, or a JWT of a
//! [trusted issuer](crate::TokenExchange::trusting). A token of this server has to be one that the client got: an API to which it was sent acts
//! neither as the client that sent it nor as its person.
//!
//! # People of a company, at an MCP server of somebody else
//!
//! An administrator wants to say once that the company's assistant may use the tracker's MCP server for its people, and none of them wants to
//! see a consent page. MCP calls that enterprise-managed authorization. There are two servers, and each may be yours.
//!
//! **The MCP server's authorization server** trusts the company's identity provider, and takes what it signs: an ID-JAG
//! (draft-ietf-oauth-identity-assertion-authz-grant).
//!
//! ```
//! # fn f<H: grantor::HttpClient>(http: H) -> Result<(), Box<dyn std::error::Error>> {
//! use grantor::{
//!     Assertion, AssertionDecision, AssertionPolicy, AuthorizationServer, Development, JwtBearer, MemoryStore, OAuth21, RemoteJwks,
//!     Resource, ResourceIndicators, Resources, StoreError, Subject, TrustedIssuer, TrustedIssuers, issuer,
//! };
//!
//! struct Accounts;
//! # impl Accounts { async fn of(&self, _: &str, _: &str) -> Result<Option<String>, StoreError> { Ok(None) } }
//!
//! impl AssertionPolicy for Accounts {
//!     async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
//!         // Both: what two identity providers call by one name are two people.
//!         let Some(account) = self.of(assertion.issuer(), assertion.subject()).await? else {
//!             return Ok(AssertionDecision::deny());
//!         };
//!         Ok(AssertionDecision::to(Subject::new(account).map_err(StoreError::failed)?))
//!     }
//! }
//!
//! let keys = RemoteJwks::new("https://idp.acme.example/jwks", http)?;
//! let issuers = TrustedIssuers::new([TrustedIssuer::new("https://idp.acme.example", keys)])?;
//! let server = AuthorizationServer::builder()
//!     .profile(Development::<OAuth21>::new())
//!     .issuer(issuer!("https://auth.tracker.example"))
//!     .storage(MemoryStore::new())
//!     .grant(JwtBearer::id_jag(issuers, Accounts))
//!     .enable(ResourceIndicators::new(Resources::new([Resource::new("https://mcp.tracker.example")?])?))
//!     .build();
//! # let _ = server;
//! # Ok(())
//! # }
//! ```
//!
//! The `resource` of the ID-JAG becomes the audience of the access token, so `ResourceIndicators` has to know it; the compiler insists on
//! that. The client presents the ID-JAG again when its access token ends: there is no refresh token. With
//! [`single_use`](crate::JwtBearer::single_use) each is good once. Clients find all this by `authorization_grant_profiles_supported` in the
//! metadata.
//!
//! **The identity provider** issues ID-JAGs for its own ID tokens, as its administrators say:
//!
//! ```
//! use grantor::{IdJag, IdJagDecision, IdJagPolicy, IdJagRequest, Scope, StoreError};
//!
//! struct Administration;
//!
//! impl IdJagPolicy for Administration {
//!     async fn decide(&self, request: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
//!         match (request.client().id().as_str(), request.audience()) {
//!             ("assistant", "https://auth.tracker.example") => {
//!                 // What the tracker calls this client, and by what it finds the person.
//!                 let it = IdJag::new("https://auth.tracker.example", "acme-assistant");
//!                 // The most that it may have there, and what it gets that asks for nothing.
//!                 let it = it.scope(Scope::parse("issues:read issues:write").map_err(StoreError::failed)?);
//!                 Ok(it.claim("email", format!("{}@acme.example", request.subject())).into())
//!             }
//!             _ => Ok(IdJagDecision::deny()),
//!         }
//!     }
//! }
//!
//! # use grantor::{Exchange, ExchangeDecision, ExchangePolicy, TokenExchange};
//! # struct Agents;
//! # impl ExchangePolicy for Agents {
//! #     async fn decide(&self, _: Exchange<'_>) -> Result<ExchangeDecision, StoreError> { Ok(ExchangeDecision::deny()) }
//! # }
//! // In the chain of a server with `OpenId` and `SigningKeys`: `.grant(grant)`.
//! let grant = TokenExchange::new(Agents).id_jags(Administration);
//! # let _ = grant;
//! ```
//!
//! ```text
//! grant_type=urn:ietf:params:oauth:grant-type:token-exchange
//! &requested_token_type=urn:ietf:params:oauth:token-type:id-jag
//! &subject_token=..&subject_token_type=urn:ietf:params:oauth:token-type:id_token
//! &audience=https://auth.tracker.example&resource=https://mcp.tracker.example&scope=issues:read
//! ```
//!
//! Say the [scope](crate::IdJag::scope). For an ID-JAG without one the tracker grants what its client gets by default, and says so in its
//! response (RFC 6749 section 5.1); the official Rust SDK refuses that, as more than the ID-JAG names ("access token scope exceeds ID-JAG
//! scope").
//!
//! It is good for five minutes at most, and no longer than the ID token. Keep ID tokens of clients to those that ask: an ID-JAG is issued to
//! the client to which the ID token belongs, and to no other.
//!
//! # A program that acts for itself
//!
//! An agent without a person is a client with the grant `client_credentials`, as MCP's extension for that has it: with a secret, or better
//! with a key ([clients without secrets](super::clients_without_secrets)), and `resource` with the name of the MCP server.
//!
//! # What operators see
//!
//! `grantor.exchange` says who got a token for whom, who acts, and from which authorization it descends; `grantor.vouch` that an ID-JAG was
//! signed and for which server; `grantor.not_trusted` that something of another issuer was refused, and why: a key that was not published,
//! or an audience that was typed wrong ([operating](super::operating)).
