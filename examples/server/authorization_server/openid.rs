//! What the applications get to know about people (OpenID Connect): the claims that stand in the file of users; and signing out.

use std::sync::Arc;

use bytes::Bytes;
use grantor::{Claims, ClaimsFor, ClaimsSource, Client, LogoutRequest, SignOut, SignedIn, StandardClaims, StoreError};
use http::header::SET_COOKIE;
use http::{HeaderMap, Request, Response};
use serde_json::Value;

use crate::sign_in::SignIn;
use crate::users::Users;

/// The scopes that go with it.
pub const SCOPES: [&str; 3] = ["openid", "profile", "email"];

/// What clients may get to know here.
const CLAIMS: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];

pub struct Directory(pub Arc<Users>);

impl ClaimsSource for Directory {
    type Own = ();
    const CLAIMS: &'static [&'static str] = CLAIMS;

    async fn claims(&self, about: ClaimsFor<'_>) -> Result<Claims, StoreError> {
        let Some(user) = self.0.by_subject(about.subject().as_str()) else { return Ok(Claims::default()) };
        let known = serde_json::from_value(Value::Object((*user.claims).clone())).map_err(StoreError::failed)?;
        let StandardClaims { preferred_username, .. } = &known;
        let preferred_username = Some(preferred_username.clone().unwrap_or_else(|| user.name.to_string()));
        Ok(StandardClaims { preferred_username, ..known }.into())
    }
}

/// Who is signed in in a browser, and how that ends.
pub struct Leaving(pub SignIn);

impl SignOut for Leaving {
    async fn signed_in(&self, http: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
        let session = self.0.sessions().of(http.headers()).await?;
        Ok(session.map(|session| SignedIn::new(session.user.subject, session.number)))
    }

    async fn sign_out(&self, http: &Request<Bytes>, _: &SignedIn) -> Result<HeaderMap, StoreError> {
        self.0.sessions().end(http.headers()).await?;
        Ok(HeaderMap::from_iter([(SET_COOKIE, self.0.sessions().no_cookie()?)]))
    }

    fn ask(&self, request: &LogoutRequest<'_>) -> Response<Bytes> {
        self.0.pages().ask_to_sign_out(request.action(), request.fields(), request.client().map(Client::name))
    }

    fn signed_out(&self, _: &LogoutRequest<'_>) -> Response<Bytes> {
        self.0.pages().signed_out()
    }
}

/// What a claim is, in words.
pub fn meaning(name: &str) -> Option<&'static str> {
    let (name, _) = name.split_once('#').unwrap_or((name, ""));
    Some(match name {
        "name" | "given_name" | "family_name" | "middle_name" => "See your name",
        "nickname" | "preferred_username" => "See what you are called",
        "profile" | "website" => "See your web pages",
        "picture" => "See your picture",
        "email" | "email_verified" => "See your e-mail address",
        "gender" => "See your gender",
        "birthdate" => "See your birthday",
        "zoneinfo" | "locale" => "See your language and where you are",
        "phone_number" | "phone_number_verified" => "See your phone number",
        "address" => "See your postal address",
        "updated_at" => "See when your account changed",
        // What every ID token says.
        "sub" | "acr" | "amr" | "auth_time" => return None,
        // Nothing here knows it.
        _ => return None,
    })
}
