//! Stored signing keys: listed, rotated, dropped.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::time::Duration;

use grantor::storage::{KeyRecord, Kid};
use grantor::{Administration, Algorithm, Clock as _, MasterKeys, Rotation, SystemClock, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::arguments::KeyCommand;
use crate::failure::Failure;
use crate::input;
use crate::place::Store;

pub async fn run<S: Store>(administration: &Administration<S>, command: KeyCommand) -> Result<Value, Failure> {
    match command {
        KeyCommand::List => {
            let keys = administration.keys().await?;
            let now = SystemClock.now();
            Ok(json!({"keys": keys.iter().map(|key| shown(key, &keys, now)).collect::<Vec<_>>()}))
        }
        KeyCommand::Rotate { algorithms, master_keys_file, announce_for, sign_for } => {
            let rotation = rotation(announce_for, sign_for)?;
            let master_keys = master_keys(master_keys_file.as_deref())?;
            rotate(administration, &algorithms, &master_keys, &rotation).await
        }
        KeyCommand::Drop { kid, yes } => drop_key(administration, &kid, yes).await,
    }
}

/// What it does at this moment, among these. Of several that may sign under an algorithm the last one does.
fn state(key: &KeyRecord, all: &[KeyRecord], now: Timestamp) -> &'static str {
    let order = |key: &KeyRecord| (key.times.signs_from, key.generation);
    let comes_later = |other: &KeyRecord| other.algorithm == key.algorithm && other.signs(now) && order(other) > order(key);
    match key {
        key if key.withdrawn_at.is_some() => "withdrawn",
        key if now < key.times.signs_from => "announced",
        key if key.signs(now) && !all.iter().any(comes_later) => "signs",
        _ => "retired",
    }
}

fn shown(key: &KeyRecord, all: &[KeyRecord], now: Timestamp) -> Value {
    json!({
        "kid": key.kid.as_str(),
        "algorithm": key.algorithm.as_str(),
        "state": state(key, all, now),
        "generation": key.generation,
        "announced_at": key.times.announced_at.as_unix(),
        "signs_from": key.times.signs_from.as_unix(),
        "signs_until": key.times.signs_until.as_unix(),
        "published_until": key.times.published_until.as_unix(),
        "withdrawn_at": key.withdrawn_at.map(Timestamp::as_unix),
    })
}

fn rotation(announce_for: u64, sign_for: u64) -> Result<Rotation, Failure> {
    let [announce_for, sign_for] = [announce_for, sign_for].map(Duration::from_secs);
    // How long caches may keep the keys, and how often servers look, as they do it by default: that bounds for how short a time a key may
    // be announced.
    let [max_age, refresh] = [15 * 60, 60].map(Duration::from_secs);
    Rotation::new(sign_for, announce_for, max_age, refresh).map_err(|error| Failure::input(error.to_string()))
}

fn master_keys(file: Option<&Path>) -> Result<MasterKeys, Failure> {
    let text = match file {
        Some(path) => input::read(path)?,
        None => Zeroizing::new(env::var("GRANTOR_MASTER_KEYS").unwrap_or_default()),
    };
    MasterKeys::parse(&text).map_err(|error| {
        Failure::input(format!("the master keys of the server, in GRANTOR_MASTER_KEYS or --master-keys-file: {error}"))
    })
}

async fn rotate<S: Store>(
    administration: &Administration<S>,
    names: &[String],
    master_keys: &MasterKeys,
    rotation: &Rotation,
) -> Result<Value, Failure> {
    let now = SystemClock.now();
    let named: Result<BTreeSet<&'static str>, Failure> = names.iter().map(|name| known(name).map(Algorithm::as_str)).collect();
    let mut algorithms = named?;
    if algorithms.is_empty() {
        let keys = administration.keys().await?;
        let alive = keys.iter().filter(|key| key.withdrawn_at.is_none() && now < key.times.signs_until);
        algorithms = alive.filter_map(|key| Algorithm::from_name(key.algorithm.as_str())).map(Algorithm::as_str).collect();
    }
    if algorithms.is_empty() {
        return Err(Failure::not_found("this issuer has no stored key that signs: name an --algorithm to begin with one"));
    }
    let mut next = Vec::new();
    for algorithm in algorithms.into_iter().filter_map(Algorithm::from_name) {
        let key = administration.rotate_key(algorithm, master_keys, rotation).await?;
        let mut told = shown(&key.key, &[], now);
        told["is_new"] = key.is_new.into();
        next.push(told);
    }
    Ok(json!({"keys": next}))
}

fn known(name: &str) -> Result<Algorithm, Failure> {
    Algorithm::from_name(name).ok_or_else(|| {
        let names = Algorithm::ALL.map(Algorithm::as_str).join(", ");
        Failure::input(format!("there is no such algorithm: {names}"))
    })
}

async fn drop_key<S: Store>(administration: &Administration<S>, kid: &str, yes: bool) -> Result<Value, Failure> {
    let none = || Failure::not_found("this issuer has no stored key of this name: `key list` lists them");
    let kid = Kid::parse(kid).map_err(|error| Failure::input(format!("the name of a key: {error}")))?;
    let now = SystemClock.now();
    let keys = administration.keys().await?;
    let key = keys.iter().find(|key| key.kid == kid).ok_or_else(none)?;
    if !yes && key.is_published(now) {
        let words = format!("tokens that the key `{kid}` signed are good no more once it is dropped: add --yes if that is meant");
        return Err(Failure::refused(words));
    }
    let was = administration.withdraw_key(&kid).await?.ok_or_else(none)?;
    Ok(json!({"kid": kid.as_str(), "was": state(&was, &keys, now), "dropped": was.withdrawn_at.is_none()}))
}
