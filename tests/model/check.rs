//! Compares what came back with what the model expects, and learns how new codes and tokens read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::op::{Person, Who};
use super::rules::{Expected, Issued};
use super::servers::ISSUERS;
use super::state::{Claims, State};
use super::wire::Texts;
use crate::common::{Answer, START};

/// What a request brought.
#[derive(Debug)]
pub enum Reply {
    Nothing,
    Http(Answer),
    TakenBack(bool),
    /// The clients of each sign-in that ended.
    SignedOut(Vec<Vec<String>>),
    /// Who was told, by name, about whom, and of which sign-in, if it is known.
    Told(Vec<(String, String, Option<usize>)>),
}

/// Why the reply is not what it must be.
pub type Verdict = Result<(), String>;

pub fn ensure(holds: bool, what: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(what()) }
}

/// `state` is the one after the request.
pub fn reply(expected: &Expected, reply: &Reply, state: &State, texts: &mut Texts) -> Verdict {
    let verdict = match (expected, reply) {
        (Expected::Nothing, Reply::Nothing) => Ok(()),
        (Expected::TakenBack(expected), Reply::TakenBack(got)) => ensure(expected == got, String::new),
        (Expected::SignedOut(expected), Reply::SignedOut(got)) => signed_out(expected, got),
        (Expected::Told(expected), Reply::Told(got)) => told(expected, got),
        (Expected::Refused(errors), Reply::Http(answer)) => refused(errors, answer),
        (Expected::Tokens(issued), Reply::Http(answer)) => tokens(*issued, answer, state, texts),
        (Expected::Page, Reply::Http(answer)) => {
            let shown = answer.status == 400 && answer.location().is_empty() && answer.header("content-type").contains("html");
            ensure(shown, || "not an error page".to_owned())
        }
        (Expected::RedirectedError(uri, errors), Reply::Http(answer)) => redirected_error(uri, errors, answer),
        (&Expected::Redirected { uri, code, access }, Reply::Http(answer)) => redirected(uri, code, access, answer, state, texts),
        (Expected::Revoked, Reply::Http(answer)) => ensure(answer.status == 200 && answer.body.is_empty(), String::new),
        (Expected::Claims(expected), Reply::Http(answer)) => {
            ensure(answer.status == 200, || "not 200".to_owned())?;
            claims(expected.as_ref(), json(answer)?)
        }
        _ => Err(String::new()),
    };
    verdict.map_err(|what| format!("{what}\n  expected {expected:?}\n  got {reply:?}"))
}

/// In any order: several may have begun in the same second.
fn signed_out(expected: &[Vec<Who>], got: &[Vec<String>]) -> Verdict {
    let mut wanted: Vec<Vec<&str>> = expected.iter().map(|clients| clients.iter().map(|who| who.id()).collect()).collect();
    let mut got: Vec<Vec<&str>> = got.iter().map(|clients| clients.iter().map(String::as_str).collect()).collect();
    wanted.sort_unstable();
    got.sort_unstable();
    ensure(wanted == got, || "other sign-ins".to_owned())
}

fn told(expected: &[(Who, Person, usize)], got: &[(String, String, Option<usize>)]) -> Verdict {
    let mut wanted: Vec<(&str, &str)> = expected.iter().map(|(who, person, _)| (who.id(), person.name())).collect();
    let mut were: Vec<(&str, &str)> = got.iter().map(|(client, person, _)| (client.as_str(), person.as_str())).collect();
    wanted.sort_unstable();
    were.sort_unstable();
    ensure(wanted == were, || "others".to_owned())?;
    let is_wanted = |(client, person, session): &(String, String, Option<usize>)| {
        session.is_none_or(|session| expected.iter().any(|it| (it.0.id(), it.1.name(), it.2) == (client, person, session)))
    };
    ensure(got.iter().all(is_wanted), || "of another sign-in".to_owned())
}

/// A body that is none is no reason to panic here: the sequence is yet to be made small.
pub fn json(answer: &Answer) -> Result<Value, String> {
    serde_json::from_str(&answer.body).map_err(|error| format!("no JSON: {error}"))
}

fn refused(errors: &[&str], answer: &Answer) -> Verdict {
    let json = json(answer)?;
    let error = json["error"].as_str().unwrap_or_default();
    let status = if error == "invalid_client" { 401 } else { 400 };
    ensure(errors.contains(&error), || format!("the error is {error}"))?;
    ensure(answer.status == status, || "the status does not fit".to_owned())?;
    ensure(answer.headers.contains_key("www-authenticate") == (status == 401), || "the challenge".to_owned())?;
    ensure(answer.header("cache-control") == "no-store", || "may be stored".to_owned())
}

fn tokens(issued: Issued, answer: &Answer, state: &State, texts: &mut Texts) -> Verdict {
    ensure(answer.status == 200, || "not 200".to_owned())?;
    ensure(answer.header("cache-control") == "no-store", || "may be stored".to_owned())?;
    let mut json = json(answer)?;
    let members = json.as_object_mut().ok_or("no object")?;
    let mut take = |name: &str| members.remove(name).unwrap_or_default();
    ensure(take("token_type") == "Bearer", || "token_type".to_owned())?;
    let kind = take("issued_token_type");
    let is_right = kind.is_null() || kind == "urn:ietf:params:oauth:token-type:access_token";
    ensure(is_right, || "issued_token_type".to_owned())?;
    access_token(issued.access, &take("access_token"), &take("expires_in"), &take("scope"), state, texts)?;
    let (refresh_token, lives) = (take("refresh_token"), take("refresh_token_expires_in"));
    ensure(members.is_empty(), || format!("members {members:?}"))?;
    match issued.refresh {
        None => ensure(refresh_token.is_null() && lives.is_null(), || "there is a refresh token".to_owned()),
        Some(id) => {
            let token = &state.refresh[id];
            let (left, lives) = (token.expires - state.now, lives.as_u64().unwrap_or(u64::MAX));
            // A successor that is sent again is said to live less long than it does, by the window at most.
            let window = if issued.again { state.setups[state.families[token.family].issuer].window() } else { 0 };
            ensure(lives <= left && lives + window >= left, || format!("the refresh token lives {left} seconds"))?;
            let text = refresh_token.as_str().ok_or("no refresh token")?;
            if issued.again {
                return ensure(texts.refresh[id] == text, || format!("another successor than {}", texts.refresh[id]));
            }
            ensure(!texts.knows(text), || "the refresh token is not new".to_owned())?;
            texts.refresh.push(text.to_owned());
            Ok(())
        }
    }
}

fn access_token(id: usize, text: &Value, expires_in: &Value, scope: &Value, state: &State, texts: &mut Texts) -> Verdict {
    let token = &state.access[id];
    ensure(as_number(expires_in) == Some(token.expires - state.now), || "expires_in".to_owned())?;
    ensure(scope.as_str().unwrap_or_default() == token.scope.text(), || format!("the scope is {}", token.scope.text()))?;
    let text = text.as_str().ok_or("no access token")?;
    ensure(!texts.knows(text), || "the access token is not new".to_owned())?;
    texts.access.push(text.to_owned());
    Ok(())
}

/// In JSON it is a number, in a redirect text.
fn as_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The parameters that a redirect adds to the redirect URI: those of the query, those of the fragment.
fn added(uri: &str, answer: &Answer) -> Result<[Vec<(String, String)>; 2], String> {
    ensure(answer.status == 302, || "not a redirect".to_owned())?;
    let (target, fragment) = answer.location().split_once('#').unwrap_or((answer.location(), ""));
    let query = target.strip_prefix(uri).ok_or("a redirect to another place")?;
    let starts = query.is_empty() || query.starts_with(if uri.contains('?') { '&' } else { '?' });
    ensure(starts, || "a redirect to another place".to_owned())?;
    let pairs = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    Ok([pairs(query.get(1..).unwrap_or_default()), pairs(fragment)])
}

fn redirected_error(uri: &str, errors: &[&str], answer: &Answer) -> Verdict {
    let parameters = added(uri, answer)?.concat();
    let get = |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    ensure(get("error").is_some_and(|error| errors.contains(&error)), || "another error".to_owned())?;
    ensure(get("state") == Some("xyz"), || "the state is lost".to_owned())?;
    ensure(get("code").is_none() && get("access_token").is_none(), || "an error and yet a grant".to_owned())
}

fn redirected(
    uri: &str,
    code: Option<usize>,
    access: Option<usize>,
    answer: &Answer,
    state: &State,
    texts: &mut Texts,
) -> Verdict {
    let [query, fragment] = added(uri, answer)?;
    // Multiple Response Types section 5: what has a token goes into the fragment, and nothing into the query.
    let (parameters, nothing) = if access.is_some() { (fragment, query) } else { (query, fragment) };
    ensure(nothing.is_empty(), || "in the wrong part of the URI".to_owned())?;
    let names: BTreeSet<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    ensure(names.len() == parameters.len(), || "a parameter occurs twice".to_owned())?;
    let get = |name: &str| parameters.iter().find(|(own, _)| own == name).map_or(Value::Null, |(_, value)| json!(value));
    ensure(get("state") == "xyz" && get("error").is_null(), || "the state is lost, or there is an error".to_owned())?;
    match code {
        None => ensure(get("code").is_null(), || "there is a code".to_owned())?,
        Some(_) => {
            let text = get("code").as_str().ok_or("no code")?.to_owned();
            ensure(!texts.knows(&text), || "the code is not new".to_owned())?;
            texts.codes.push(text);
        }
    }
    match access {
        None => ensure(get("access_token").is_null(), || "there is an access token".to_owned()),
        Some(id) => access_token(id, &get("access_token"), &get("expires_in"), &get("scope"), state, texts),
    }
}

/// Compares an introspection response: all of it, but for an identifier that no model can know.
pub fn claims(expected: Option<&Claims>, mut got: Value) -> Verdict {
    let Some(claims) = expected else { return ensure(got == json!({"active": false}), || format!("{got} is not inactive")) };
    let at = |seconds: u64| START.as_unix() + seconds;
    let mut wanted = json!({
        "active": true, "client_id": claims.who.id(), "iss": ISSUERS[claims.issuer],
        "iat": at(claims.issued), "nbf": at(claims.issued), "exp": at(claims.expires),
    });
    if !claims.scope.is_empty() {
        wanted["scope"] = claims.scope.text().into();
    }
    match &claims.apis.names()[..] {
        [] => {}
        [one] => wanted["aud"] = json!(one),
        several => wanted["aud"] = json!(several),
    }
    if claims.is_access {
        wanted["token_type"] = "Bearer".into();
    }
    if let Some(person) = claims.person {
        wanted["sub"] = person.name().into();
    }
    let members = got.as_object_mut().ok_or("no object")?;
    members.remove("jti");
    members.remove("username");
    ensure(got == wanted, || format!("{got} instead of {wanted}"))
}
