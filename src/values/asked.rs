//! What an authorization request validly asked for, as one value: it travels with the request, lies in the storage while its person
//! signs in, and stays with the code that answers it.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::values::claims_request::ClaimsRequest;
use crate::values::clock::Timestamp;
use crate::values::details::AuthorizationDetails;
use crate::values::limits::RequestBytes;
use crate::values::pkce::CodeChallenge;
use crate::values::response_mode::ResponseMode;
use crate::values::scope::Scope;
use crate::values::sign_in::SignIn;

/// The version of most: raised by what must not be overlooked by a reader that does not know it.
const VERSION: u32 = 1;
/// Says how the response is encoded.
const ENCODED: u32 = 2;
/// Says for which resources the tokens are. Whoever does not know of it would issue tokens that are good at others.
const AIMED: u32 = 3;
/// Asks for something about the sign-in, or about claims.
const OF_A_PERSON: u32 = 4;
/// Names the key to which its code is bound. Whoever does not know of it would give the tokens to anybody.
#[cfg(feature = "jose")]
const BOUND: u32 = 5;
/// Says in detail what is to be permitted. Whoever does not know of it would grant what nobody limited.
const DETAILED: u32 = 6;
/// The latest that is known.
const LATEST: u32 = DETAILED;

/// See the module. Only [`validate`](super::validate) makes one of parameters.
#[doc(hidden)]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Not `v`: among the members of a code's details this has a version of its own, which the first release did not write.
    #[serde(rename = "asked", default = "first", deserialize_with = "known")]
    pub(crate) version: u32,
    /// As this server names it.
    pub(crate) response_type: Cow<'static, str>,
    /// Where the answer goes: the one that was named, or the only one that the client has registered.
    pub(crate) redirect_uri: Arc<str>,
    /// Was it named? Then RFC 6749 section 4.1.3 wants it repeated.
    pub(crate) redirect_uri_was_sent: bool,
    #[serde(default)]
    pub(crate) mode: ResponseMode,
    /// The `response_mode` of a feature that writes the response anew before it travels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoded: Option<Cow<'static, str>>,
    /// Returned byte for byte (RFC 6749 section 4.1.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub(crate) scope: Scope,
    /// The resources for which the tokens are to be, as they are registered (RFC 8707 section 2.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<Arc<str>>,
    /// What is to be permitted, in detail (RFC 9396 section 3).
    #[serde(rename = "authorization_details", default, skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<AuthorizationDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<CodeChallenge>,
    /// The thumbprint of the key whose owner alone may redeem the code (RFC 9449 section 10).
    #[serde(rename = "dpop_jkt", default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Arc<str>>,
    /// What is asked for about the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<Box<SignIn>>,
    /// Returned byte for byte in ID tokens (OpenID Connect Core section 3.1.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<Arc<str>>,
    /// Claims that are asked for one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claims: Option<Arc<ClaimsRequest>>,
    /// What there was to be shown of a client that nobody vetted ([`Client::fingerprint`](crate::Client::fingerprint)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_fingerprint: Option<Arc<str>>,
    /// Was it signed by its client (RFC 9101)?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) signed: bool,
    /// Parameters that this library does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Vec<(String, String)>,
}

const fn first() -> u32 {
    1
}

/// What a later release wrote is refused, not read without what it adds.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        version if version <= LATEST => Ok(version),
        version => {
            Err(D::Error::custom(format!("a request of version {version}, and this release knows {LATEST}: use a later release")))
        }
    }
}

impl Asked {
    pub(crate) fn new(response_type: impl Into<Cow<'static, str>>, redirect_uri: Arc<str>) -> Self {
        Self {
            version: VERSION,
            response_type: response_type.into(),
            redirect_uri,
            redirect_uri_was_sent: true,
            mode: ResponseMode::Query,
            encoded: None,
            state: None,
            scope: Scope::empty(),
            resources: Vec::new(),
            details: None,
            challenge: None,
            key: None,
            sign_in: None,
            nonce: None,
            claims: None,
            client_fingerprint: None,
            signed: false,
            other: Vec::new(),
        }
    }

    /// The response is to be encoded so, if at all.
    pub(crate) fn encoded(mut self, mode: Option<Cow<'static, str>>) -> Self {
        if mode.is_some() {
            self.version = self.version.max(ENCODED);
        }
        self.encoded = mode;
        self
    }

    /// The tokens are to be for these resources, if there are any.
    pub(crate) fn is_for(&mut self, resources: Vec<Arc<str>>) {
        if !resources.is_empty() {
            self.version = self.version.max(AIMED);
        }
        self.resources = resources;
    }

    /// These details are to be granted.
    pub(crate) fn is_detailed(&mut self, details: AuthorizationDetails) {
        self.version = self.version.max(DETAILED);
        self.details = Some(details);
    }

    /// The code is for the owner of the key with this thumbprint.
    #[cfg(feature = "jose")]
    pub(crate) fn bind(&mut self, thumbprint: Arc<str>) {
        self.version = self.version.max(BOUND);
        self.key = Some(thumbprint);
    }

    /// What is asked for about the sign-in, to add to it. A release that does not know of it must not answer the request.
    pub(crate) fn sign_in_mut(&mut self, now: Timestamp) -> &mut SignIn {
        self.version = self.version.max(OF_A_PERSON);
        self.sign_in.get_or_insert_with(|| Box::new(SignIn::at(now)))
    }

    /// With what goes into ID tokens and userinfo responses.
    #[cfg(feature = "jose")]
    pub(crate) fn set_identity(&mut self, nonce: Option<Arc<str>>, claims: Option<ClaimsRequest>) {
        if nonce.is_some() || claims.is_some() {
            self.version = self.version.max(OF_A_PERSON);
        }
        (self.nonce, self.claims) = (nonce, claims.map(Arc::new));
    }

    /// Bytes of text in it.
    pub(crate) fn size(&self) -> usize {
        let others: usize = self.other.iter().map(|(name, value)| name.len() + value.len() + PAIR).sum();
        let resources: usize = self.resources.iter().map(|name| name.len() + PAIR).sum();
        let texts = [self.state.as_deref().unwrap_or_default(), &self.redirect_uri, self.scope.as_str(), &self.response_type];
        let identity = self.sign_in.as_ref().map_or(0, |sign_in| sign_in.size())
            + self.nonce.as_ref().map_or(0, |nonce| nonce.len() + PAIR)
            + self.key.as_ref().map_or(0, |key| key.len() + PAIR)
            + self.client_fingerprint.as_ref().map_or(0, |text| text.len() + PAIR)
            + self.claims.as_ref().map_or(0, |claims| claims.size())
            + self.details.as_ref().map_or(0, |details| MEMBER + details.size());
        others + resources + identity + texts.iter().map(|text| text.len()).sum::<usize>()
    }

    /// Is it small enough to be kept? Any request has to be, so that none is refused only because its person has to sign in.
    pub(crate) fn fits(&self, limit: RequestBytes) -> bool {
        let limit = limit.get() as usize;
        // As JSON a byte takes six at most: so most requests need not be written to see that they are small enough.
        LONGEST_ESCAPE * self.size() + FIXED <= limit || serde_json::to_writer(Room(limit), self).is_ok()
    }
}

/// `\u0000`.
const LONGEST_ESCAPE: usize = 6;
/// More than the rest of a request takes, and of a parameter beside its name and value.
const FIXED: usize = 400;
const PAIR: usize = 2;
/// More than a sixth of what stands before a member with a long name.
const MEMBER: usize = 8;

/// Room for so many bytes, which are thrown away.
struct Room(usize);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Asked {
    /// Without the state and what the library does not know, which may say who the person is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { response_type, redirect_uri, mode, scope, resources, challenge, .. } = self;
        let mut text = f.debug_struct("Asked");
        text.field("response_type", response_type).field("redirect_uri", redirect_uri).field("mode", mode);
        text.field("scope", scope).field("resources", resources).field("challenge", challenge).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{CodeDetails, CodeFacts, TokenFacts};
    use crate::values::pkce::CodeChallengeMethod;

    fn asked() -> Asked {
        Asked {
            redirect_uri_was_sent: false,
            mode: ResponseMode::FormPost,
            state: Some("a\0\u{e9}".into()),
            scope: Scope::parse("read write").unwrap(),
            resources: vec!["https://a.example".into(), "urn:\0".into()],
            challenge: CodeChallenge::new(CodeChallengeMethod::Plain, &"a".repeat(128)).ok(),
            other: vec![("resource".into(), "x".into()), ("resource".into(), "y".into())],
            ..Asked::new("code", "https://app.example.com/cb".into())
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_what_a_later_release_wrote_is_refused() {
        let json = serde_json::to_string(&asked()).unwrap();
        assert!(serde_json::from_str::<Asked>(&json).unwrap() == asked());
        let later = json.replace("\"asked\":1", "\"asked\":7");
        assert_ne!(json, later);
        let error = serde_json::from_str::<Asked>(&later).unwrap_err().to_string();
        assert!(error.contains("version 7") && error.contains("use a later release"), "{error}");
    }

    #[test]
    fn what_says_for_whom_tokens_are_is_refused_by_releases_that_do_not_know_of_it() {
        let mut asked = asked();
        assert!(serde_json::to_string(&asked).unwrap().contains("\"asked\":1,"));
        asked.is_for(vec!["https://a.example".into()]);
        let asked = asked.encoded(Some("jwt".into()));
        assert!(serde_json::to_string(&asked).unwrap().contains("\"asked\":3,"));
    }

    #[test]
    fn a_code_carries_it_whole_and_codes_of_the_first_release_are_read() {
        let authorization = TokenFacts::new(None, Scope::empty()).into_details();
        let details = CodeFacts::new(&authorization, Arc::new(asked())).into_details();
        let json = details.to_json().unwrap();
        assert_eq!(CodeDetails::from_json(&json).unwrap().facts().asked.other, asked().other);
        assert!(CodeDetails::from_json(&json).unwrap() == details);
        assert!(CodeDetails::from_json(&json.replace("\"asked\":1", "\"asked\":7")).is_err());

        let first = r#"{"v":1,"authorization":{"v":1,"scope":"read"},"redirect_uri":"https://app/","redirect_uri_was_sent":true,
            "challenge":{"method":"S256","value":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},"response_type":"code"}"#;
        let details = CodeDetails::from_json(first).unwrap();
        let Asked { redirect_uri, redirect_uri_was_sent, challenge, response_type, state, .. } = &*details.facts().asked;
        assert_eq!((&**redirect_uri, redirect_uri_was_sent, &**response_type), ("https://app/", &true, "code"));
        assert!(challenge.is_some() && state.is_none());
    }

    #[test]
    fn the_bytes_are_those_of_the_json_text() {
        for count in [0, 1, 100, 1_000] {
            let mut asked = asked();
            asked.other.push(("\0".repeat(count), "\"".repeat(count)));
            let bytes = u32::try_from(serde_json::to_string(&asked).unwrap().len()).unwrap();
            for (limit, fits) in [(bytes, true), (bytes - 1, false)] {
                if let Ok(limit) = RequestBytes::new(limit) {
                    assert_eq!(asked.fits(limit), fits, "{count}");
                }
            }
            assert!(asked.fits(RequestBytes::new(65_536).unwrap()));
        }
    }

    /// An instance of the release before must not answer a request whose wishes it does not know.
    #[test]
    fn a_request_that_asks_for_more_says_so_in_its_version() {
        let version = |asked: &Asked| serde_json::to_value(asked).unwrap()["asked"].clone();
        assert_eq!(version(&asked()), 1);
        let mut older = asked();
        older.sign_in_mut(Timestamp::from_unix(1)).max_age = Some(60);
        assert_eq!(version(&older), 4);
        let json = serde_json::to_string(&older).unwrap();
        assert!(serde_json::from_str::<Asked>(&json).unwrap() == older);
        assert_eq!(version(&older.encoded(Some("jwt".into()))), 4);
        let mut detailed = asked();
        detailed.is_detailed(AuthorizationDetails::of_values(vec![serde_json::json!({"type": "a"})]));
        assert_eq!(version(&detailed), 6);
    }

    /// [`Asked::size`] is for a quick look, so it must not say too little.
    #[test]
    fn no_request_is_larger_than_its_size_says() {
        let longest = |text: &str| Some(Arc::from(text));
        for text in ["", "a", "\0", "\u{1f511}", &"\u{7}".repeat(50)] {
            let mut asked = asked();
            let sign_in = asked.sign_in_mut(Timestamp::from_unix(u64::MAX));
            sign_in.prompt = vec![crate::values::sign_in::Prompt::SelectAccount; 5];
            (sign_in.max_age, sign_in.needs_auth_time) = (Some(u64::MAX), true);
            (sign_in.login_hint, sign_in.display) = (longest(text), longest(text));
            sign_in.acr_values = vec![text.into(); 9];
            sign_in.required_acr = vec![text.into(); 9];
            sign_in.ui_locales = vec![text.into(); 9];
            sign_in.subjects = Some(vec![text.into(); 9]);
            let claim = crate::values::claims_request::RequestedClaim {
                name: text.into(),
                essential: true,
                values: vec![text.into(), serde_json::json!({text: [1, null]})],
            };
            let claims =
                ClaimsRequest { userinfo: vec![claim.clone(); 9], id_token: vec![claim; 9], locales: vec![text.into(); 9] };
            (asked.nonce, asked.claims) = (longest(text), Some(Arc::new(claims)));
            asked.is_detailed(AuthorizationDetails::of_values(vec![serde_json::json!({"type": text, text: [text]}); 9]));
            let bytes = serde_json::to_string(&asked).unwrap().len();
            assert!(bytes <= LONGEST_ESCAPE * asked.size() + FIXED, "{bytes}: {text:?}");
        }
    }

    #[test]
    fn debug_shows_neither_state_nor_verifier() {
        let text = format!("{:?}", asked());
        assert!(!text.contains("aaaa") && !text.contains("a\\0"), "{text}");
    }
}
