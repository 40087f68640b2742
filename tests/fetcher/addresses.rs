//! Where requests go.

use std::net::{IpAddr, SocketAddr};

use grantor::{DocumentUrlError, FetchError};

use crate::script::{Answer, Json, PUBLIC, Script, URL, addresses};
use crate::{answering, at, fetch, fetcher};

fn sockets(of: &[&str], port: u16) -> Vec<SocketAddr> {
    addresses(of).into_iter().map(|address| SocketAddr::new(address, port)).collect()
}

#[tokio::test]
async fn the_addresses_that_were_looked_at_are_those_connected_to() {
    let all = ["93.184.216.34", "2606:4700:4700::1111", "64:ff9b::8.8.8.8"];
    let (fetcher, script) = fetcher(Script::of([Answer::json("{}")]).names(move |host, _| {
        assert_eq!(host, "client.example");
        Some(addresses(&all))
    }));
    fetch(&fetcher, 0).await.expect("a document");
    let [seen] = &script.seen()[..] else { panic!("one request") };
    assert_eq!(seen.addresses, sockets(&all, 443));
    assert_eq!((script.lookups(), seen.request.uri().to_string()), (1, URL.to_owned()));
}

#[tokio::test]
async fn a_host_with_an_address_of_special_use_is_not_asked() {
    let special = ["10.0.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fd00::1", "fe80::1", "::ffff:8.8.8.8"];
    for address in special.into_iter().chain(["64:ff9b::10.0.0.1", "2002:a00:1::", "2001::1", "224.0.0.1", "2001:db8::1"]) {
        // Alone, or among good ones.
        for all in [vec![address], vec![address, PUBLIC], vec![PUBLIC, address]] {
            let names = addresses(&all);
            let (fetcher, script) = fetcher(Script::of([Answer::json("{}")]).names(move |_, _| Some(names.clone())));
            let refused = fetch(&fetcher, 0).await;
            let Err(FetchError::SpecialUse(which)) = refused else { panic!("{all:?}: {refused:?}") };
            assert_eq!((which, script.requests()), (address.parse().expect("an address"), 0));
        }
    }
}

/// A name with an answer that is good, and one that is not a moment later, when whoever checks is thought to have checked.
#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let names = |_: &str, before| Some(addresses(if before == 0 { &[PUBLIC] } else { &["127.0.0.1"] }));
    let (fetcher, script) = fetcher(Script::of([Answer::json("{}").header("cache-control", "no-store")]).names(names));
    fetch(&fetcher, 0).await.expect("a document");
    let seen = script.seen();
    assert_eq!((script.lookups(), &seen[0].addresses), (1, &sockets(&[PUBLIC], 443)));

    let refused = fetch(&fetcher, 30).await;
    assert!(matches!(refused, Err(FetchError::SpecialUse(_))), "{refused:?}");
    assert_eq!((script.lookups(), script.requests()), (2, 0));
}

#[tokio::test]
async fn an_address_in_the_url_is_looked_at_like_any_other() {
    for (url, address) in [("https://8.8.8.8/x", "8.8.8.8"), ("https://[2606:4700::1111]/x", "2606:4700::1111")] {
        let (fetcher, script) = answering(Answer::json("{}"));
        fetcher.check_url(url).expect("a public address");
        fetcher.fetch::<Json>(url, at(0)).await.expect("a document");
        assert_eq!((script.lookups(), &script.seen()[0].addresses), (0, &sockets(&[address], 443)));
    }
    for url in ["https://127.0.0.1/x", "https://10.1.2.3/x", "https://[::1]/x", "https://[fd00:ec2::254]/x", "https://0.0.0.0/x"]
    {
        let (fetcher, script) = answering(Answer::json("{}"));
        assert!(matches!(fetcher.check_url(url), Err(FetchError::SpecialUse(_))), "{url}");
        let refused = fetcher.fetch::<Json>(url, at(0)).await;
        assert!(matches!(refused, Err(FetchError::SpecialUse(_))), "{url}: {refused:?}");
        assert_eq!((script.lookups(), script.requests()), (0, 0));
    }
}

#[tokio::test]
async fn private_addresses_are_for_whoever_says_so() {
    let names = |_: &str, _| Some(addresses(&["127.0.0.1"]));
    let (fetcher, script) = fetcher(Script::of([Answer::json("{}")]).names(names));
    let fetcher = fetcher.allow_private_addresses().allow_port(8443);
    fetcher.check_url("https://10.1.2.3/").expect("a private address");
    fetcher.fetch::<Json>("https://localhost:8443/jwks", at(0)).await.expect("a document");
    assert_eq!(script.seen()[0].addresses, sockets(&["127.0.0.1"], 8443));
    // Still nothing but https.
    let refused = fetcher.fetch::<Json>("http://localhost:8443/jwks", at(0)).await;
    assert!(matches!(refused, Err(FetchError::Url(DocumentUrlError::NotHttps))), "{refused:?}");
}

/// What one may fetch is nothing that the other knows.
#[tokio::test]
async fn a_clone_that_may_go_elsewhere_shares_nothing() {
    let (inside, port) = ("https://inside.example/jwks", "https://client.example:8443/jwks");
    let names = |host: &str, _| Some(addresses(&[if host == "inside.example" { "10.0.0.1" } else { PUBLIC }]));
    let answers = (0..4).map(|_| Answer::json(r#"{"a":"a text of some length"}"#));
    let (fetcher, script) = fetcher(Script::of(answers).names(names));
    let private = fetcher.clone().allow_private_addresses();
    private.fetch::<Json>(inside, at(0)).await.expect("a document");
    let refused = fetcher.fetch::<Json>(inside, at(1)).await;
    assert!(matches!(refused, Err(FetchError::SpecialUse(_))), "{refused:?}");
    let other_port = fetcher.clone().allow_port(8443);
    other_port.fetch::<Json>(port, at(0)).await.expect("a document");
    let refused = fetcher.fetch::<Json>(port, at(1)).await;
    assert!(matches!(refused, Err(FetchError::Url(DocumentUrlError::Port))), "{refused:?}");
    fetcher.fetch::<Json>(URL, at(0)).await.expect("a document");
    let small = fetcher.clone().max_document_bytes(10);
    let refused = small.fetch::<Json>(URL, at(1)).await;
    assert!(matches!(refused, Err(FetchError::TooLong(10))), "{refused:?}");
    assert_eq!(script.requests(), 4);
    // A clone as it is does.
    fetcher.clone().fetch::<Json>(URL, at(1)).await.expect("the same");
    assert_eq!(script.requests(), 0);
}

#[tokio::test]
async fn a_url_that_breaks_a_rule_is_not_even_resolved() {
    let (fetcher, script) = answering(Answer::json("{}"));
    for (url, expected) in [
        ("http://client.example/jwks", DocumentUrlError::NotHttps),
        ("https://user@client.example/jwks", DocumentUrlError::Userinfo),
        ("https://client.example/jwks#a", DocumentUrlError::Fragment),
        ("https://client.example:8443/jwks", DocumentUrlError::Port),
        ("https://client.example:22/", DocumentUrlError::Port),
    ] {
        for refused in [fetcher.check_url(url), fetcher.fetch::<Json>(url, at(0)).await.map(drop)] {
            let Err(FetchError::Url(error)) = refused else { panic!("{url}: {refused:?}") };
            assert_eq!(error, expected, "{url}");
        }
    }
    assert_eq!((script.lookups(), script.requests()), (0, 0));
    fetcher.check_url(URL).expect("a good one");
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_an_error() {
    let (silent, script) = fetcher(Script::of([Answer::json("{}")]).names(|_, _| Some(Vec::<IpAddr>::new())));
    assert!(matches!(fetch(&silent, 0).await, Err(FetchError::NoAddress)));
    assert_eq!(script.requests(), 0);
    let (unknown, _) = fetcher(Script::of([Answer::json("{}")]).names(|_, _| None));
    assert!(matches!(fetch(&unknown, 0).await, Err(FetchError::Unresolved(_))));
}
