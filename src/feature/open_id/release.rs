//! Which claims go out: what the scope stands for, and what was asked for by name. Nothing else, whatever the source gives.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::claims::{Claims, LocalizedText, Said};
use super::source::{ClaimsFor, ClaimsSource};
use crate::values::claims_request::RequestedClaim;
use crate::values::error::{OAuthError, StoreError};
use crate::values::scope::Scope;

/// What each scope stands for (OpenID Connect Core section 5.4).
const SCOPES: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// The claims that only the library writes, and those that say what a token is (RFC 7519 section 4.1, OpenID Connect Core section 2). An ID
/// token with `events` could be taken for a logout token, which has no type of its own everywhere (Back-Channel Logout section 2.4).
const RESERVED: [&str; 17] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "events",
];

/// Is it a claim that only the library writes?
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// What may go out.
pub(super) struct Wanted<'a> {
    /// The scope, if what it stands for goes here.
    pub(super) scope: Option<&'a Scope>,
    /// By name.
    pub(super) requested: &'a [RequestedClaim],
    pub(super) locales: &'a [Arc<str>],
}

impl Wanted<'_> {
    /// Is nothing wanted that a source knows?
    pub(super) fn is_nothing(&self) -> bool {
        self.scope.is_none() && self.requested.iter().all(|claim| is_reserved(&claim.name))
    }

    /// In any language.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.by_scope(name) || self.requested.iter().any(|claim| split(&claim.name).0 == name)
    }

    fn by_scope(&self, name: &str) -> bool {
        let Some(scope) = self.scope else { return false };
        SCOPES.iter().any(|(token, claims)| claims.contains(&name) && scope.contains(token))
    }

    /// By exactly this name, language included.
    fn named(&self, name: &str) -> Option<&RequestedClaim> {
        self.requested.iter().find(|claim| *claim.name == *name)
    }

    /// Asks the source.
    ///
    /// # Errors
    ///
    /// `temporarily_unavailable` if it fails; `server_error` if it says what it may not.
    pub(super) async fn ask<C: ClaimsSource>(&self, source: &C, about: ClaimsFor<'_>) -> Result<Map<String, Value>, OAuthError> {
        if self.is_nothing() {
            return Ok(Map::new());
        }
        let claims = source.claims(about).await.map_err(unavailable)?;
        Ok(self.release(claims)?)
    }

    fn release<O: Serialize>(&self, claims: Claims<O>) -> Result<Map<String, Value>, StoreError> {
        let mut out = self.own(claims.own)?;
        claims.standard.each(|name, said| match said {
            Said::Value(Some(value)) if self.wants(name) => self.put(&mut out, name, value),
            Said::Text(text) if self.wants(name) => self.put_forms(&mut out, name, text),
            _ => {}
        });
        Ok(out)
    }

    /// The claims of the application.
    fn own(&self, own: impl Serialize) -> Result<Map<String, Value>, StoreError> {
        let members = match serde_json::to_value(own).map_err(StoreError::failed)? {
            Value::Null => Map::new(),
            Value::Object(members) => members,
            _ => return Err(StoreError::failed("the claims of the application are no object")),
        };
        if let Some(name) = members.keys().find(|name| is_reserved(name)) {
            return Err(StoreError::failed(format!("the application adds the claim `{name}`, which only the server writes")));
        }
        let mut out = Map::new();
        for (name, value) in members {
            if self.scope.is_some() || self.wants(split(&name).0) {
                self.put(&mut out, &name, value);
            }
        }
        Ok(out)
    }

    /// Unless another value was asked for: then the claim is left out (OpenID Connect Core section 5.5.1).
    fn put(&self, out: &mut Map<String, Value>, name: &str, value: Value) {
        let fits = self.named(name).is_none_or(|claim| claim.values.is_empty() || claim.values.contains(&value));
        if fits {
            out.insert(name.to_owned(), value);
        }
    }

    /// The forms in the languages that were asked for: with the claim (`name#de`), or for all of them (`claims_locales`). Without any the
    /// plain one; all, if there is none that was asked for, each with its language (section 5.5.2).
    fn put_forms(&self, out: &mut Map<String, Value>, name: &str, text: LocalizedText) {
        let LocalizedText { plain, tagged } = text;
        let whole = self.by_scope(name) || self.named(name).is_some();
        let asked = |tag: &str| {
            let named = self.requested.iter().any(|claim| {
                let (base, wanted) = split(&claim.name);
                base == name && wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(tag))
            });
            named || (whole && self.locales.iter().any(|wanted| is_within(tag, wanted)))
        };
        let found = tagged.iter().any(|(tag, _)| asked(tag));
        let all = plain.is_none() && !found;
        for (tag, text) in tagged {
            if all || asked(&tag) {
                self.put(out, &format!("{name}#{tag}"), text.into());
            }
        }
        if let Some(plain) = plain.filter(|_| whole || !found) {
            self.put(out, name, plain.into());
        }
    }
}

/// The name of a claim, and its language (OpenID Connect Core section 5.2).
fn split(name: &str) -> (&str, Option<&str>) {
    name.split_once('#').map_or((name, None), |(base, tag)| (base, Some(tag)))
}

/// Is the form in this language, or a narrower one of it?
fn is_within(tag: &str, wanted: &str) -> bool {
    match tag.split_at_checked(wanted.len()) {
        Some((start, rest)) => start.eq_ignore_ascii_case(wanted) && (rest.is_empty() || rest.starts_with('-')),
        None => false,
    }
}

/// A source that does not answer now may answer later, whatever it says of it.
fn unavailable(error: StoreError) -> OAuthError {
    match error {
        StoreError::Unavailable { retry_after } => {
            tracing::warn!(?retry_after, "the source of claims is unavailable");
            OAuthError::unavailable(retry_after)
        }
        error => {
            let detail: &dyn std::error::Error = &error;
            tracing::error!(detail, "the source of claims failed");
            OAuthError::unavailable(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::open_id::claims::StandardClaims;
    use serde_json::json;

    fn requested(json: Value) -> Vec<RequestedClaim> {
        serde_json::from_value(json).unwrap()
    }

    fn alice() -> Claims<Value> {
        let standard = StandardClaims {
            name: LocalizedText::from("Alice").in_language("de", "Alis").in_language("ja-Kana-JP", "Arisu"),
            family_name: LocalizedText::default().in_language("de-CH", "Muster"),
            email: Some("alice@example.com".to_owned()),
            email_verified: Some(false),
            phone_number: Some("+1".to_owned()),
            ..StandardClaims::default()
        };
        Claims::new(standard, json!({"groups": ["a"], "tier": 1}))
    }

    fn released(scope: Option<&str>, claims: Value, locales: &[&str]) -> Value {
        let (scope, requested) = (scope.map(|scope| Scope::parse(scope).unwrap()), requested(claims));
        let locales: Vec<Arc<str>> = locales.iter().map(|tag| Arc::from(*tag)).collect();
        let wanted = Wanted { scope: scope.as_ref(), requested: &requested, locales: &locales };
        Value::Object(wanted.release(alice()).unwrap())
    }

    #[test]
    fn only_what_the_scope_stands_for_or_the_client_names_goes_out() {
        let own = json!({"groups": ["a"], "tier": 1});
        assert_eq!(released(Some("openid"), json!([]), &[]), own);
        assert_eq!(released(Some("phone openid"), json!([]), &[])["phone_number"], "+1");
        let email = released(Some("openid email"), json!([]), &[]);
        assert_eq!(
            (&email["email"], &email["email_verified"], email.get("name")),
            (&"alice@example.com".into(), &false.into(), None)
        );
        assert_eq!(released(None, json!([{"n": "email"}]), &[]), json!({"email": "alice@example.com"}));
        assert_eq!(released(None, json!([{"n": "tier"}, {"n": "x"}]), &[]), json!({"tier": 1}));
        assert_eq!(released(None, json!([]), &[]), json!({}));
    }

    #[test]
    fn a_claim_with_another_value_than_was_asked_for_is_left_out() {
        for (values, expected) in
            [(json!([1, 2]), json!({"tier": 1})), (json!(["1"]), json!({})), (json!([]), json!({"tier": 1}))]
        {
            assert_eq!(released(None, json!([{"n": "tier", "v": values}]), &[]), expected);
        }
        assert!(released(Some("email"), json!([{"n": "email", "v": ["bob@example.com"]}]), &[]).get("email").is_none());
    }

    #[test]
    fn forms_in_other_languages_go_out_where_they_were_asked_for() {
        let names = |scope: Option<&str>, claims: Value, locales: &[&str]| {
            let mut all = released(scope, claims, locales);
            all.as_object_mut().unwrap().retain(|name, _| name.contains("name"));
            all
        };
        let plain = json!({"name": "Alice", "family_name#de-CH": "Muster"});
        assert_eq!(names(Some("profile"), json!([]), &[]), plain);
        assert_eq!(names(Some("profile"), json!([]), &["fr"]), plain);
        let german = json!({"name": "Alice", "name#de": "Alis", "family_name#de-CH": "Muster"});
        assert_eq!(names(Some("profile"), json!([]), &["DE"]), german);
        assert_eq!(names(None, json!([{"n": "name#ja-kana-jp"}]), &[]), json!({"name#ja-Kana-JP": "Arisu"}));
        assert_eq!(names(None, json!([{"n": "name#fr"}]), &[]), json!({"name": "Alice"}));
    }

    #[test]
    fn what_only_the_library_says_the_application_does_not() {
        let wanted = Wanted { scope: None, requested: &[], locales: &[] };
        for name in RESERVED {
            let error = wanted.own(json!({"a": 1, name: 1})).unwrap_err();
            assert!(format!("{error:?}").contains(name));
        }
        assert!(wanted.own(json!(["a"])).is_err() && wanted.own(json!(null)).is_ok());
    }
}
