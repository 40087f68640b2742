//! From the model's requests to HTTP.

use http::{Method, Request, header};

use super::op::{Again, Apis, At, By, Decided, Op, Pkce, Response, Secret, Thing, Uri, Who};
use super::state::{EXCHANGE, Found, State, URIS};
use crate::common::{CHALLENGE, Pairs, SECRET, VERIFIER, basic, form};

/// How codes and tokens read, by their numbers.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    pub codes: Vec<String>,
    pub access: Vec<String>,
    pub refresh: Vec<String>,
}

impl Texts {
    pub fn of(&self, found: Option<Found>) -> &str {
        match found {
            Some(Found::Access(id)) => &self.access[id],
            Some(Found::Refresh(id)) => &self.refresh[id],
            Some(Found::Code(id)) => &self.codes[id],
            None => "never-issued",
        }
    }

    pub fn knows(&self, text: &str) -> bool {
        self.codes.iter().chain(&self.access).chain(&self.refresh).any(|known| known == text)
    }
}

const FOREIGN: &str = "https://evil.example/first";
const OTHER_VERIFIER: &str = "another-verifier-that-is-well-formed-but-of-nobody";
/// As long as a good one: a short one is slow to refuse.
const WRONG_SECRET: &str = "a-secret-of-more-than-32-characters-that-is-wrong";
/// A challenge that is its own verifier, under `plain`.
const PLAIN: &str = "a-plain-challenge-which-is-the-verifier-as-well";

/// The request that an operation stands for, and the issuer it goes to. `None` if it is none.
pub fn request(op: &Op, state: &State, texts: &Texts) -> Option<(usize, Request<String>)> {
    match *op {
        Op::Authorize { issuer, who, response, pkce, uri, scope, apis, decided, sign_in } => {
            let mut pairs = vec![("client_id", who.id()), ("state", "xyz")];
            pairs.push((
                "response_type",
                match response {
                    Response::Code => "code",
                    Response::Token => "token",
                    Response::CodeToken => "token code",
                },
            ));
            pairs.extend(match uri {
                Uri::First => Some(("redirect_uri", URIS[0])),
                Uri::Second => Some(("redirect_uri", URIS[1])),
                Uri::LeftOut => None,
                Uri::Foreign => Some(("redirect_uri", FOREIGN)),
            });
            pairs.extend(match pkce {
                Pkce::S256 => vec![("code_challenge", CHALLENGE), ("code_challenge_method", "S256")],
                Pkce::Plain => vec![("code_challenge", PLAIN)],
                Pkce::Without => vec![],
            });
            let scope = scope.map(|scope| scope.text());
            pairs.extend(scope.iter().map(|scope| ("scope", scope.as_str())));
            pairs.extend(resources(apis));
            // What is not to be granted is told apart from what is left out by a blank.
            let (person, only) = match decided {
                Decided::Approve(person) => (Some(person), None),
                Decided::ApproveOnly(person, only) => (Some(person), Some(format!("{} ", only.text()))),
                Decided::Deny => (None, None),
            };
            pairs.extend(person.map(|person| ("person", person.name())));
            pairs.extend(only.iter().map(|only| ("only", only.as_str())));
            let session = sign_in.session.map(|name| name.to_string());
            pairs.extend(session.iter().map(|name| ("session", name.as_str())));
            pairs.extend(sign_in.consent.then_some(("prompt", "consent")));
            let request = Request::get(format!("/authorize?{}", form(&pairs))).body(String::new());
            Some((issuer.into(), request.expect("a request")))
        }
        Op::Redeem { code, at, by, uri, verifier, apis } => {
            let found = state.find(Thing::Code(code));
            let code = found.and_then(|found| if let Found::Code(id) = found { Some(&state.codes[id]) } else { None });
            let mut pairs = vec![("grant_type", "authorization_code"), ("code", texts.of(found))];
            pairs.extend(redirect_uri(uri, code.map_or(URIS[0], |code| code.uri)));
            pairs.extend(code_verifier(verifier, code.map_or(Pkce::S256, |code| code.pkce)));
            pairs.extend(resources(apis));
            Some(presenting("/token", state, found, at, by, pairs))
        }
        Op::Refresh { token, at, by, scope, apis } => {
            let found = state.find(Thing::Refresh(token));
            let scope = scope.map(|scope| scope.text());
            let mut pairs = vec![("grant_type", "refresh_token"), ("refresh_token", texts.of(found))];
            pairs.extend(resources(apis));
            pairs.extend(scope.iter().map(|scope| ("scope", scope.as_str())));
            Some(presenting("/token", state, found, at, by, pairs))
        }
        Op::ClientCredentials { issuer, who, secret, scope } => {
            let scope = scope.map(|scope| scope.text());
            let mut pairs = vec![("grant_type", "client_credentials")];
            pairs.extend(scope.iter().map(|scope| ("scope", scope.as_str())));
            Some((issuer.into(), post("/token", who, secret, pairs)))
        }
        Op::Exchange { token, at, by, scope, apis } => {
            let found = state.find(Thing::Access(token));
            let scope = scope.map(|scope| scope.text());
            let kind = "urn:ietf:params:oauth:token-type:access_token";
            let mut pairs = vec![("grant_type", EXCHANGE), ("subject_token", texts.of(found)), ("subject_token_type", kind)];
            pairs.extend(resources(apis));
            pairs.extend(scope.iter().map(|scope| ("scope", scope.as_str())));
            Some(presenting("/token", state, found, at, by, pairs))
        }
        Op::Password { issuer, who, secret, right, scope } => {
            let scope = scope.map(|scope| scope.text());
            let password = if right { "password" } else { "wrong" };
            let mut pairs = vec![("grant_type", "password"), ("username", "alice"), ("password", password)];
            pairs.extend(scope.iter().map(|scope| ("scope", scope.as_str())));
            Some((issuer.into(), post("/token", who, secret, pairs)))
        }
        Op::Revoke { token, at, by, hint } => {
            let found = state.find(token);
            let mut pairs = vec![("token", texts.of(found))];
            pairs.extend(hint.map(|access| ("token_type_hint", if access { "access_token" } else { "refresh_token" })));
            Some(presenting("/revoke", state, found, at, by, pairs))
        }
        Op::Introspect { token, at, by } => {
            let found = state.find(token);
            Some(presenting("/introspect", state, found, at, by, vec![("token", texts.of(found))]))
        }
        Op::TakeBack { .. } | Op::SignOut { .. } | Op::Deliver { .. } | Op::Register { .. } => None,
        Op::Wait(_) | Op::WaitUntil(..) | Op::Purge | Op::Together(..) => None,
    }
}

fn resources<'a>(apis: Apis) -> impl Iterator<Item = (&'a str, &'a str)> {
    apis.names().into_iter().map(|name| ("resource", name))
}

fn redirect_uri(again: Again, right: &'static str) -> Option<(&'static str, &'static str)> {
    let uri = match again {
        Again::Same => right,
        Again::Other => {
            if right == URIS[0] {
                URIS[1]
            } else {
                URIS[0]
            }
        }
        Again::LeftOut => return None,
        Again::Malformed => "no uri",
    };
    Some(("redirect_uri", uri))
}

fn code_verifier(again: Again, pkce: Pkce) -> Option<(&'static str, &'static str)> {
    let verifier = match (again, pkce) {
        (Again::LeftOut, _) | (Again::Same, Pkce::Without) => return None,
        (Again::Same, Pkce::S256) => VERIFIER,
        (Again::Same, Pkce::Plain) => PLAIN,
        (Again::Other, _) => OTHER_VERIFIER,
        (Again::Malformed, _) => "too-short",
    };
    Some(("code_verifier", verifier))
}

/// Somebody presents something somewhere.
fn presenting(path: &str, state: &State, found: Option<Found>, at: At, by: By, pairs: Pairs<'_>) -> (usize, Request<String>) {
    let (home, owner) = state.origin(found);
    let (who, secret) = by.of(owner);
    (State::issuer_at(home, at), post(path, who, secret, pairs))
}

pub fn post(path: &str, who: Who, secret: Secret, mut pairs: Pairs<'_>) -> Request<String> {
    let mut request = Request::builder().method(Method::POST).uri(path);
    request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    match (secret, who.is_confidential()) {
        (Secret::Basic, true) => request = request.header(header::AUTHORIZATION, basic(who.id(), SECRET)),
        (Secret::Post, true) => pairs.extend([("client_id", who.id()), ("client_secret", SECRET)]),
        (Secret::Wrong, _) => pairs.extend([("client_id", who.id()), ("client_secret", WRONG_SECRET)]),
        (Secret::Basic | Secret::Post, false) | (Secret::Missing, _) => pairs.push(("client_id", who.id())),
    }
    request.body(form(&pairs)).expect("a request")
}
