//! What is counted and measured while a server answers, to the last series; and that nothing of a request is among the labels.

mod common;

use std::collections::BTreeMap;

use bytes::Bytes;
use common::{PKCE, REQUEST, SECRET, basic, fixture_with_window, form, redemption, with};
use http::Request;
use metrics::Unit;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};

/// Each series, as Prometheus writes it, and how often.
fn series(snapshots: &Snapshotter) -> BTreeMap<String, u64> {
    let series = snapshots.snapshot().into_vec().into_iter().map(|(key, unit, _, value)| {
        let labels = key.key().labels().map(|label| format!("{}={}", label.key(), label.value()));
        let name = format!("{}{{{}}}", key.key().name(), labels.collect::<Vec<_>>().join(","));
        let number = match value {
            DebugValue::Counter(number) => {
                assert_eq!(unit, Some(Unit::Count));
                number
            }
            DebugValue::Histogram(seconds) => {
                assert_eq!(unit, Some(Unit::Seconds));
                assert!(seconds.iter().all(|seconds| (0.0..10.0).contains(&seconds.into_inner())), "{name}: {seconds:?}");
                u64::try_from(seconds.len()).expect("few")
            }
            DebugValue::Gauge(_) => panic!("no gauges: {name}"),
        };
        (name, number)
    });
    series.collect()
}

fn of<const N: usize>(expected: [(&str, u64); N]) -> BTreeMap<String, u64> {
    expected.into_iter().map(|(name, number)| (name.to_owned(), number)).collect()
}

#[tokio::test]
async fn each_request_is_counted_and_measured_and_nothing_of_it_is_in_a_label() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    recorder.install().expect("the only recorder");
    let peer = fixture_with_window(5).await;
    peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
    // Nobody has said yet that somebody wants to know.
    assert_eq!(series(&snapshots), of([]));
    grantor::emit_metrics();

    for _ in 0..3 {
        peer.token_conf(&[("grant_type", "client_credentials")]).await.assert_ok();
    }
    let code = peer.code("pub").await;
    let tokens = peer.redeem(&code).await;
    let refresh = tokens.member("refresh_token");
    for _ in 0..2 {
        peer.refresh(&refresh).await.assert_ok();
    }
    peer.redeem(&code).await.assert_error(400, "invalid_grant");
    let another = [("token", &*refresh)];
    peer.post("/revoke", Some(&basic("conf", SECRET)), &another).await.assert_error(400, "invalid_grant");
    peer.post("/introspect", Some(&basic("conf", SECRET)), &[]).await.assert_error(400, "invalid_request");
    assert_eq!(
        series(&snapshots),
        of([
            ("grantor.issue{grant_type=client_credentials}", 3),
            ("grantor.authorize{response_type=code}", 1),
            ("grantor.redeem{}", 1),
            ("grantor.rotate{retried=false}", 1),
            ("grantor.rotate{retried=true}", 1),
            ("grantor.replay{kind=code}", 1),
            ("grantor.refuse{endpoint=token,code=invalid_grant}", 1),
            ("grantor.refuse{endpoint=revocation,code=invalid_grant}", 1),
            ("grantor.refuse{endpoint=introspection,code=invalid_request}", 1),
            ("grantor.request_duration{endpoint=revocation,status=4xx}", 1),
            ("grantor.request_duration{endpoint=introspection,status=4xx}", 1),
            ("grantor.request_duration{endpoint=authorization,status=2xx}", 1),
            ("grantor.request_duration{endpoint=token,status=2xx}", 6),
            ("grantor.request_duration{endpoint=token,status=4xx}", 1),
        ])
    );

    // Whatever strangers write, wherever.
    let marks = "mark-of-a-stranger";
    for parameter in ["grant_type", "scope", "client_id", "client_secret", "code", "resource", "unknown"] {
        peer.token(&with(&redemption("mark-of-a-stranger"), &[(parameter, marks)])).await;
        peer.token_conf(&with(&[("grant_type", "client_credentials")], &[(parameter, marks)])).await;
        peer.authorize(&with(&with(&REQUEST, &PKCE), &[(parameter, marks)])).await;
    }
    peer.post("/revoke", Some(&basic("conf", SECRET)), &[("token", marks), ("token_type_hint", marks)]).await;
    peer.post("/introspect", Some(&basic(marks, marks)), &[("token", marks)]).await;
    for path in ["/mark-of-a-stranger", "/token/mark-of-a-stranger", "/.well-known/mark-of-a-stranger"] {
        peer.get(path).await;
        peer.post(path, None, &[]).await;
    }
    let method =
        Request::builder().method("MARK").uri("/token").header("x-mark", marks).body(Bytes::from(form(&[(marks, marks)])));
    peer.send(method.expect("a request")).await;
    peer.get("/.well-known/oauth-authorization-server").await;
    let all = series(&snapshots);
    assert!(all.keys().all(|name| !name.to_lowercase().contains("mark")), "{all:?}");
    let own = ["conf", "pub", "username", "https://", "write"];
    assert!(all.keys().all(|name| own.iter().all(|text| !name.contains(text))), "{all:?}");
    assert_eq!(all["grantor.request_duration{endpoint=metadata,status=2xx}"], 1);
    for class in ["{endpoint=introspection,status=4xx}", "{endpoint=revocation,status=2xx}"] {
        assert_eq!(all[&format!("grantor.request_duration{class}")], 1, "{all:?}");
    }
    assert!(all.len() < 30, "{all:?}");
}
