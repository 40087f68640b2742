//! Keeps other sites from posting forms on a person's behalf, where no authorization request does (see `sign_in.rs`): a random
//! value in a cookie has to come back in the form as well. Another site can make a browser post a form with the cookie, but
//! does not know the value.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};
use rand::Rng as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use subtle::ConstantTimeEq as _;

use crate::site::Site;

const COOKIE_NAME: &str = "csrf";
const LIFETIME_SECS: u64 = 24 * 60 * 60;

/// The value for the form, and the cookie that has to go with the page if the browser had none.
pub struct Token {
    pub value: String,
    pub cookie: Option<HeaderValue>,
}

/// 256 random bits in 43 characters.
pub fn random() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// From the operating system: what a generator in the process makes, its copy after a fork or in a restored snapshot makes again.
/// Where there is no randomness, nobody can be served.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    bytes
}

impl Token {
    pub fn of(site: &Site, headers: &HeaderMap) -> Self {
        match site.cookie_of(headers, COOKIE_NAME).filter(|value| is_ours(value)) {
            Some(value) => Self { value: value.to_owned(), cookie: None },
            None => {
                let value = random();
                let cookie = site.cookie(COOKIE_NAME, &value, LIFETIME_SECS).ok();
                Self { value, cookie }
            }
        }
    }
}

/// Did a page of this server send this form?
pub fn is_good(site: &Site, headers: &HeaderMap, sent: &str) -> bool {
    // Browsers tell who sends; a page on another port of this host could plant the cookie, but not say this.
    let same_origin = headers.get("sec-fetch-site").is_none_or(|from| from == "same-origin");
    let expected = site.cookie_of(headers, COOKIE_NAME).filter(|value| is_ours(value));
    same_origin && expected.is_some_and(|expected| expected.as_bytes().ct_eq(sent.as_bytes()).into())
}

fn is_ours(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
