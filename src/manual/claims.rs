//! Claims: what clients get to know about people.
//!
//! An ID token says who signed in. Everything else about the person, the name, the address for e-mail, is a *claim*, and the client gets
//! those that the person agreed to. They come from your application: a [`ClaimsSource`](crate::ClaimsSource).
//!
//! # Give what you know
//!
//! The source may give all that it knows. The library lets out what was asked for and granted, and nothing else:
//!
//! | scope | claims (OpenID Connect Core section 5.4) |
//! |---|---|
//! | `profile` | `name`, `family_name`, `given_name`, `middle_name`, `nickname`, `preferred_username`, `profile`, `picture`, `website`, `gender`, `birthdate`, `zoneinfo`, `locale`, `updated_at` |
//! | `email` | `email`, `email_verified` |
//! | `address` | `address` |
//! | `phone` | `phone_number`, `phone_number_verified` |
//!
//! A client may also ask for single claims, with the parameter `claims` (section 5.5). Put them before the person with the scope
//! ([`AuthorizationRequest::claims`](crate::AuthorizationRequest::claims)); those that they strike out you leave out of the approval
//! ([`Approval::claims`](crate::Approval::claims)).
//!
//! If a claim is costly to find out, ask [`ClaimsFor::wants`](crate::ClaimsFor::wants) first.
//!
//! # Your own claims
//!
//! ```
//! use grantor::{Claims, ClaimsFor, ClaimsSource, StandardClaims, StoreError};
//!
//! #[derive(serde::Serialize)]
//! struct Own {
//!     #[serde(skip_serializing_if = "Vec::is_empty")]
//!     groups: Vec<String>,
//! }
//!
//! struct Directory;
//!
//! impl ClaimsSource for Directory {
//!     type Own = Own;
//!     const CLAIMS: &'static [&'static str] = &["name", "groups"];
//!
//!     async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims<Own>, StoreError> {
//!         let standard = StandardClaims { name: "Alice".into(), ..StandardClaims::default() };
//!         // A scope of your own decides about claims of your own.
//!         let groups = if about.scope().contains("groups") { vec!["staff".to_owned()] } else { Vec::new() };
//!         Ok(Claims::new(standard, Own { groups }))
//!     }
//! }
//! # let _ = grantor::OpenId::new(Directory);
//! ```
//!
//! What the source gives here goes out, so look at the scope. Names that only the server writes, such as `sub` or `exp`, are refused.
//! `_claim_names` and `_claim_sources` (section 5.6.2) are claims of your own like others: aggregated and distributed claims pass through.
//!
//! # Where they go
//!
//! | | userinfo | ID token |
//! |---|---|---|
//! | what a scope stands for | yes | where the response has no access token (`id_token`), or the client registered `scope_claims_in_id_token` |
//! | a claim that `claims` names for that place | yes | yes |
//! | your own claims | yes | where `claims` names them, or the claims of the scope are there |
//!
//! An ID token is passed around and kept in logs, so it says little. A client asks `/userinfo` with its access token, for as long as that
//! lives, and gets what is true then: JSON, or a signed JWT if it registered `userinfo_signed_response_alg`. Programs in browsers may ask
//! from any origin.
//!
//! An access token for another resource is not good there. One that names no resource is, and so is one for the
//! [default resource](crate::JwtAccessTokens::new) of JWT access tokens and nothing besides. With
//! [`ResourceIndicators`](crate::ResourceIndicators) give clients a resource to ask for: a [`Resource`](crate::Resource) whose identifier is
//! the issuer, or the URL of userinfo. A client that asks for other APIs without it has an ID token and no way to userinfo.
//!
//! # Languages
//!
//! A [`LocalizedText`](crate::LocalizedText) has a form in each of several languages: `name`, and `name#de` beside it. Without a wish the
//! plain form goes out. A client wishes with `claims_locales`, for all claims, or with the name of one (`family_name#ja-Kana-JP`).
//!
//! # When the source fails
//!
//! The request is answered 503 `temporarily_unavailable`, or with that error by redirect, and can be sent again: the code, the refresh
//! token and the request that waits for its person are what they were.
