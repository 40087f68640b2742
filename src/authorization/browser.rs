//! The cookie by which a browser is known in which a request waits for its person.
//!
//! A browser sends it with every request but those that another site makes it post, as it is `SameSite=Lax`. Those are posted once
//! more from a page of ours, with which it comes; so a browser has one, and another site can neither add to it nor take its place.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{COOKIE, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request};

use crate::values::bearer::{Bearer, TokenHash, random_text};
use crate::values::equal::equal;
use crate::values::issuer::Issuer;
use crate::values::lifetime::InteractionLifetime;
use crate::values::random::NoRandomness;
use zeroize::Zeroizing;

/// The end of the cookie's name, and the beginning of a handle: so a handle says which cookie belongs to it. It is the beginning of
/// the value, so that tabs that begin at once, when there is no cookie yet, do not replace each other's.
const TAG: usize = 6;

/// The tag of all cookies that are given out in answer to a post that came without any, whoever made the browser post it: not each says
/// so. There is one such cookie, which gives way to the next: how many other sites have a browser post is not limited.
const POSTED: &str = "posted";

/// Whose page made the browser send a request (Fetch Metadata Request Headers section 2.4).
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Cookies of one name that are looked at. Browsers send one: nobody can plant another beside a `__Host-` cookie.
const NAMESAKES: usize = 2;

/// What a proof is for, so that one is none for something else.
#[cfg(feature = "jose")]
const CONFIRMATION: &str = "confirmation";
const REFERENCE: &str = "reference";
const TYPED: &str = "typed";

/// The secret that stays in one browser, as a cookie.
#[derive(Clone)]
pub(crate) struct Browser {
    secret: Option<Arc<str>>,
    posted: bool,
}

impl Browser {
    /// What the browser sent, if it was here before: of several the newest, which it sends last (RFC 6265 section 5.4).
    pub(crate) fn of(request: &Request<Bytes>, secure: bool, issuer: &Issuer) -> Self {
        let headers = request.headers();
        let known = cookies(headers, secure).filter(|(tag, value)| *tag == &value[..TAG] && *tag != POSTED);
        let secret: Option<Arc<str>> = known.last().map(|(_, value)| value.into());
        let posted = *request.method() == Method::POST && secret.is_none() && !is_from_here(headers, issuer);
        Self { posted, secret }
    }

    /// The browser that this handle was given to, as far as its cookies say so. Most often one.
    pub(crate) fn of_handle(handle: &str, headers: &HeaderMap, secure: bool) -> Vec<Self> {
        let Some(wanted) = handle.get(..TAG) else { return Vec::new() };
        let its = |(tag, value): (&str, &str)| {
            let posted = tag == POSTED;
            (tag == wanted && (posted || tag == &value[..TAG])).then(|| Self { secret: Some(value.into()), posted })
        };
        cookies(headers, secure).filter_map(its).take(NAMESAKES).collect()
    }

    pub(crate) const fn is_new(&self) -> bool {
        self.secret.is_none()
    }

    /// The secret: a new one if there is none.
    pub(crate) fn secret(&mut self) -> Result<Arc<str>, NoRandomness> {
        if let Some(known) = &self.secret {
            return Ok(known.clone());
        }
        let new: Arc<str> = random_text()?.as_str().into();
        self.secret = Some(new.clone());
        Ok(new)
    }

    fn tag<'s>(&self, secret: &'s str) -> &'s str {
        if self.posted { POSTED } else { &secret[..TAG] }
    }

    /// A new handle for this browser.
    pub(crate) fn handle(&mut self) -> Result<Zeroizing<String>, NoRandomness> {
        let secret = self.secret()?;
        Ok(Zeroizing::new([self.tag(&secret), random_text()?.as_str()].concat()))
    }

    /// The value of `Set-Cookie` without which a handle is good for nothing.
    pub(crate) fn cookie(&mut self, secure: bool, lifetime: InteractionLifetime) -> Result<HeaderValue, NoRandomness> {
        let secret = self.secret()?;
        let (name, tag, seconds) = (name(secure), self.tag(&secret), lifetime.as_secs());
        let attributes = if secure { "; Secure" } else { "" };
        // No longer than the request may be suspended.
        let cookie = format!("{name}{tag}={secret}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{attributes}");
        // Made of base64url and constants: always a header value.
        let mut cookie = HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""));
        cookie.set_sensitive(true);
        Ok(cookie)
    }

    /// What a form holds that this browser was shown, and that nobody makes who does not know its cookie: a handle, and a hash over both.
    #[cfg(feature = "jose")]
    pub(crate) fn confirmation(&mut self) -> Result<Zeroizing<String>, NoRandomness> {
        let handle = self.handle()?;
        let proof = self.proof(CONFIRMATION, &handle).unwrap_or_default();
        Ok(Zeroizing::new([handle.as_str(), ".", &proof].concat()))
    }

    /// Was the browser shown this?
    #[cfg(feature = "jose")]
    pub(crate) fn has_confirmed(&self, confirmation: &str) -> bool {
        let Some((handle, presented)) = confirmation.split_once('.') else { return false };
        self.proof(CONFIRMATION, handle).is_some_and(|proof| equal(proof.as_bytes(), presented.as_bytes()))
    }

    /// A handle that leads this browser, and no other, to the request of this reference, which others may know.
    pub(crate) fn handle_to(&mut self, reference: &str) -> Result<Zeroizing<String>, NoRandomness> {
        let secret = self.secret()?;
        let proof = self.proof(REFERENCE, reference).unwrap_or_default();
        Ok(Zeroizing::new([self.tag(&secret), reference, &proof].concat()))
    }

    /// The reference in such a handle, if the browser was given it.
    pub(crate) fn reference_in<'h>(&self, handle: &'h str) -> Option<&'h str> {
        let (reference, presented) = handle.get(TAG..)?.split_at_checked(Bearer::LEN)?;
        self.proof(REFERENCE, reference).filter(|proof| equal(proof.as_bytes(), presented.as_bytes()))?;
        Some(reference)
    }

    /// The same to the request of a code that a person typed, which anybody may guess; of whatever length. Nobody makes one who does not
    /// know the request's own key as well: to guess codes with handles is to guess that.
    pub(crate) fn handle_to_typed(&mut self, code: &str, key: &TokenHash) -> Result<Zeroizing<String>, NoRandomness> {
        let secret = self.secret()?;
        let proof = self.typed_proof(code, key).unwrap_or_default();
        Ok(Zeroizing::new([self.tag(&secret), code, ".", &proof].concat()))
    }

    /// The code in such a handle, whoever made it.
    pub(crate) fn typed_in(handle: &str) -> Option<&str> {
        Some(handle.get(TAG..)?.split_once('.')?.0)
    }

    /// Was the browser given this handle, to the request of this key?
    pub(crate) fn has_typed(&self, handle: &str, key: &TokenHash) -> bool {
        let parts = handle.get(TAG..).and_then(|rest| rest.split_once('.'));
        parts.is_some_and(|(code, presented)| {
            self.typed_proof(code, key).is_some_and(|proof| equal(proof.as_bytes(), presented.as_bytes()))
        })
    }

    fn typed_proof(&self, code: &str, key: &TokenHash) -> Option<String> {
        self.proof(TYPED, &[code, " ", &URL_SAFE_NO_PAD.encode(key.as_bytes())].concat())
    }

    fn proof(&self, purpose: &str, of: &str) -> Option<String> {
        let purpose = [purpose, " ", of].concat();
        Some(URL_SAFE_NO_PAD.encode(TokenHash::of_pair(&purpose, self.secret.as_deref()?).as_bytes()))
    }

    /// By this the storage knows what belongs together. Whoever knows it does not know the cookie.
    pub(crate) fn owner(secret: &str) -> TokenHash {
        TokenHash::of_pair("owner of pending requests", secret)
    }

    /// The key under which a request waits.
    pub(crate) fn key(&self, handle: &str) -> Option<TokenHash> {
        Some(TokenHash::of_pair(handle, self.secret.as_deref()?))
    }
}

/// `__Host-` keeps other hosts of the domain from planting the cookie; it needs `Secure`, and so TLS.
const fn name(secure: bool) -> &'static str {
    if secure { "__Host-grantor-browser-" } else { "grantor-browser-" }
}

/// Our cookies: tag and value.
fn cookies(headers: &HeaderMap, secure: bool) -> impl Iterator<Item = (&str, &str)> {
    // As bytes: the cookies of other applications on this host may hold anything.
    let pairs = headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| {
        let (name_and_tag, value) = str::from_utf8(pair).ok()?.trim_matches(' ').split_once('=')?;
        let tag = name_and_tag.strip_prefix(name(secure)).filter(|tag| tag.len() == TAG)?;
        is_secret(value).then_some((tag, value))
    })
}

fn is_secret(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Did a page of this server make the browser send this, with all cookies that it has?
fn is_from_here(headers: &HeaderMap, issuer: &Issuer) -> bool {
    match headers.get(SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes() == issuer.origin().as_bytes()),
    }
}

/// Did another site make the browser send this, so that it came without the cookies that are `SameSite=Lax`? Browsers say so in
/// `Sec-Fetch-Site`, and older ones at least where a post comes from.
pub(crate) fn is_from_another_site(headers: &HeaderMap, issuer: &Issuer) -> bool {
    match headers.get(SEC_FETCH_SITE) {
        Some(site) => site == "cross-site",
        None => headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes() != issuer.origin().as_bytes()),
    }
}
