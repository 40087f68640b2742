//! Two workers forked from one process draw different randomness, for everything that is secret. A virtual machine that is
//! restored twice from one snapshot is the same case: two copies of one memory.
#![cfg(unix)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use bytes::Bytes;
use common::{PKCE, Peer, REQUEST, fixture_with_window, form, subject, with};
use fork::Fork;
use grantor::{Authorization, ClientSecret, SecretHash};
use http::Request;

/// By name, what one worker made.
type Made = BTreeMap<&'static str, String>;

async fn work(peer: &Peer, refresh_token: &str) -> Made {
    let mut made = Made::new();
    // Both present the same refresh token: what each derives from it depends on the salt.
    let rotated = peer.refresh(refresh_token).await;
    made.insert("successor", rotated.member("refresh_token"));
    made.insert("access token of a rotation", rotated.member("access_token"));
    let credentials = peer.token_conf(&[("grant_type", "client_credentials")]).await;
    made.insert("access token of a client", credentials.member("access_token"));
    let code = peer.code("pub").await;
    let tokens = peer.redeem(&code).await;
    made.insert("code", code);
    made.insert("access token", tokens.member("access_token"));
    made.insert("refresh token", tokens.member("refresh_token"));
    let authorizations = peer.server.authorizations(&subject("username")).await.expect("a list");
    let ids: BTreeSet<String> = authorizations.iter().map(|authorization| authorization.id.to_string()).collect();
    made.insert("authorizations", Vec::from_iter(ids).join(" "));

    let request = Request::get(format!("/authorize?{}", form(&with(&REQUEST, &PKCE)))).body(Bytes::new()).expect("a request");
    let Authorization::Interact(request) = peer.server.authorization().handle(request).await else { panic!("a valid request") };
    let suspended = peer.server.authorization().suspend(request).await.expect("a suspended request");
    made.insert("handle", suspended.handle().to_owned());
    made.insert("cookie", suspended.set_cookie().to_str().expect("text").split(';').next().expect("a pair").to_owned());

    made.insert("client secret", ClientSecret::generate().expose().to_owned());
    made.insert("salted hash", SecretHash::of(&"short".parse().expect("a secret")).to_text());
    made
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

#[test]
fn what_two_forked_workers_make_differs() {
    // The server has served before it forks, on this thread: whatever the process keeps of randomness is there.
    let (peer, refresh_token) = block_on(async {
        let peer = fixture_with_window(5).await;
        let (_, refresh_token) = peer.tokens().await;
        (peer, refresh_token)
    });
    let (mut here, mut there) = UnixStream::pair().expect("two sockets");
    let child = match fork::fork().expect("a second process") {
        Fork::Child => {
            let made = block_on(work(&peer, &refresh_token));
            let text: String = made.iter().map(|(name, value)| format!("{name}\t{value}\n")).collect();
            let sent = there.write_all(text.as_bytes());
            std::process::exit(i32::from(sent.is_err()));
        }
        Fork::Parent(child) => child,
    };
    drop(there);
    let ours = block_on(work(&peer, &refresh_token));
    let mut theirs = String::new();
    here.read_to_string(&mut theirs).expect("text");
    fork::waitpid(child).expect("the end of the second process");
    let theirs: BTreeMap<&str, &str> = theirs.lines().filter_map(|line| line.split_once('\t')).collect();
    assert!(theirs.keys().eq(ours.keys()), "{theirs:?}");

    let same: Vec<_> = ours.iter().filter(|(name, value)| theirs[*name] == **value).map(|(name, _)| name).collect();
    assert!(same.is_empty(), "two processes made the same {same:?}");
    // Nor did one make as one thing what the other made as another.
    let all: BTreeSet<&str> = ours.values().map(|value| &**value).chain(theirs.values().copied()).collect();
    assert_eq!(all.len(), 2 * ours.len());
}
