//! What the example `authorization_server` shows to Prometheus (`--metrics`), and how many requests it answers (`--rate-limits`).

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/program.rs"]
mod program;

use std::net::TcpListener;

use example_process::Example;
use files::file;
use program::{Program, SECRET, clients};
use reqwest::StatusCode;

const JOB: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "read")];

/// A port that was free a moment ago.
fn address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

async fn scrape(program: &Program, address: &str) -> String {
    let page = program.http.get(format!("http://{address}/metrics")).send().await.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.headers()["content-type"].to_str().expect("text").starts_with("text/plain; version=0.0.4"));
    page.text().await.expect("text")
}

/// The value of a series.
fn value(page: &str, series: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(line.parse().expect("a number"))
}

#[tokio::test]
async fn prometheus_sees_what_was_issued_and_how_long_it_took() {
    let (address, (_directory, file)) = (address(), file("clients.json", &clients()));
    let example = Example::start_with(&["--clients", &file, "--metrics", &address]);
    let program = Program::of(&example);
    for _ in 0..3 {
        assert_eq!(program.post("/token", ("job", SECRET), &JOB).await.0, StatusCode::OK);
    }
    for _ in 0..2 {
        assert_eq!(
            program.post("/token", ("job", "a-guess-of-more-than-thirty-two-characters"), &JOB).await.0,
            StatusCode::UNAUTHORIZED
        );
    }
    let (status, _) = program.post("/token", ("job", SECRET), &[("grant_type", "client_credentials"), ("scope", "much")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(program.get("/health", None).await.status(), StatusCode::OK);

    let page = scrape(&program, &address).await;
    assert_eq!(value(&page, "grantor_issue_total{grant_type=\"client_credentials\"}"), Some(3.0), "{page}");
    assert_eq!(value(&page, "grantor_refuse_total{endpoint=\"token\",code=\"invalid_scope\"}"), Some(1.0), "{page}");
    let took = |status: &str, of: &str| {
        value(&page, &format!("grantor_request_duration_seconds_{of}{{endpoint=\"token\",status=\"{status}\"}}"))
    };
    assert_eq!((took("2xx", "count"), took("4xx", "count")), (Some(3.0), Some(3.0)), "{page}");
    assert!(took("2xx", "sum").is_some_and(|seconds| seconds > 0.0 && seconds < 10.0), "{page}");
    let bucket = "grantor_request_duration_seconds_bucket{endpoint=\"token\",status=\"2xx\",le=\"+Inf\"}";
    assert_eq!(value(&page, bucket), Some(3.0), "{page}");
    for line in [
        "# HELP grantor_issue_total tokens issued",
        "# TYPE grantor_issue_total counter",
        "# TYPE grantor_request_duration_seconds histogram",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} in: {page}");
    }
    assert!(!page.contains("job"), "{page}");
    // The world sees nothing of it.
    assert_eq!(program.get("/metrics", None).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_guesses_waits_and_others_do_not() {
    let (address, (_directory, file)) = (address(), file("clients.json", &clients()));
    let flags = ["--clients", &file, "--rate-limits", "--source-header", "x-forwarded-for", "--metrics", &address];
    let example = Example::start_with(&flags);
    let program = Program::of(&example);
    let ask = async |source: &str, secret: &str| {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(JOB).finish();
        let request = program.http.post(format!("{}/token", program.server)).basic_auth("job", Some(secret));
        let request = request.header("content-type", "application/x-www-form-urlencoded").header("x-forwarded-for", source);
        request.body(body).send().await.expect("an answer")
    };
    let mut refused = None;
    for _ in 0..100 {
        let answer = ask("192.0.2.1", "a-guess-of-more-than-thirty-two-characters").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let refused = refused.expect("it is refused at some time");
    assert_eq!(refused.headers()["retry-after"], "1");
    assert!(refused.text().await.expect("text").contains("temporarily_unavailable"));
    assert_eq!(ask("198.51.100.7", SECRET).await.status(), StatusCode::OK);
    let page = scrape(&program, &address).await;
    assert_eq!(value(&page, "grantor_rate_limited_total{endpoint=\"token\",of=\"source\"}"), Some(1.0), "{page}");
}
