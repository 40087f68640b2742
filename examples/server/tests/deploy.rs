//! What `examples/deploy` has is what runs here: nginx with its configuration, with TLS and on a path, in front of two instances over one
//! PostgreSQL that have the flags of the systemd unit.

#[path = "common/deploy_files.rs"]
mod deploy_files;
#[path = "common/deployed.rs"]
mod deployed;
#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/files.rs"]
mod files;
#[path = "common/nginx.rs"]
mod nginx;
#[path = "../../../tests/common/postgres.rs"]
mod postgres;
#[path = "common/program.rs"]
mod program;
#[path = "common/section.rs"]
mod section;
#[path = "common/visitor.rs"]
mod visitor;

use std::time::Duration;

use deployed::Deployment;
use reqwest::header::LOCATION;

/// Both documents through nginx: in front of the path (RFC 8414 section 3.1), and behind it (OpenID Connect Discovery section 4.1).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_find_the_metadata_at_each_place_and_what_it_names_is_there() {
    let Some(site) = Deployment::start() else { return };
    let host = site.issuer.strip_suffix("/auth").expect("a path");
    for place in ["/.well-known/oauth-authorization-server/auth", "/auth/.well-known/openid-configuration"] {
        let (status, metadata) = site.get_json(&format!("{host}{place}")).await;
        assert_eq!((status, metadata["issuer"].as_str()), (200, Some(&*site.issuer)), "{place}: {metadata}");
        let jwks = metadata["jwks_uri"].as_str().expect("a URL");
        let (status, keys) = site.get_json(jwks).await;
        assert!(status == 200 && keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()), "{place}: {keys}");
    }
    // Nothing else of the host is the server's, and what is for load balancers is not for the world.
    for (place, status) in [("/", 404), ("/authorize", 404), ("/authx/token", 404), ("/auth/health", 404), ("/auth/metrics", 404)]
    {
        assert_eq!(site.get_json(&format!("{host}{place}")).await.0, status, "{place}");
    }
    let (program, instance) = (site.program(), &site.instances[0].server);
    let health = program.http.get(format!("{instance}/health")).send().await.expect("an answer");
    assert_eq!(health.status(), 200);
    let pages = program.get("", None).await;
    assert_eq!(pages.status(), 200);
    assert_eq!(pages.headers()["strict-transport-security"], "max-age=31536000");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_and_apps_refresh_across_both_instances() {
    let Some(site) = Deployment::start() else { return };
    let mut visitor = site.visitor();
    let code = site.sign_in(&mut visitor).await;
    let tokens = site.redeem(&code).await;
    assert!(tokens["id_token"].is_string(), "{tokens}");
    let mut refresh_token = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
    for _ in 0..4 {
        let tokens = site.refresh(&refresh_token).await;
        let access_token = tokens["access_token"].as_str().expect("an access token");
        assert!(site.is_active(access_token).await);
        refresh_token = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
    }
    // The work was shared out, and no secret stands in the log of who did what.
    let log = site.nginx.file("access.log");
    for instance in &site.instances {
        assert!(log.contains(instance.server.trim_start_matches("http://")), "{}: {log}", instance.server);
    }
    assert!(log.contains("\"GET /auth/authorize\" 200") && log.contains("\"POST /auth/token\" 200"), "{log}");
    for secret in ["code_challenge", "client_id", &*code, &*refresh_token] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_an_instance_dies_whoever_is_signing_in_goes_on() {
    let Some(mut site) = Deployment::start() else { return };
    let mut visitor = site.visitor();
    visitor.begin().await.assert(200, "Sign in");
    // As `kill -9` does.
    drop(site.instances.remove(0));
    visitor.sign_in("bob", "builder").await.assert(200, "Allow <em>");
    let code = site.consent(&mut visitor).await;
    let tokens = site.redeem(&code).await;
    let mut refresh_token = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
    for _ in 0..6 {
        let tokens = site.refresh(&refresh_token).await;
        refresh_token = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
        assert!(site.is_active(tokens["access_token"].as_str().expect("an access token")).await);
    }
    // And whoever comes now.
    let mut other = site.visitor();
    site.sign_in(&mut other).await;

    // With nobody left it is nginx who says so.
    site.instances.clear();
    assert_eq!(site.get_json(&format!("{}/.well-known/openid-configuration", site.issuer)).await.0, 502);
}

/// A redemption that nginx sent twice would count as a theft: an instance that dies in the middle of one is no reason to ask the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_to_an_instance_that_died_is_not_sent_to_another() {
    let Some(site) = Deployment::in_front_of_the_dying() else { return };
    let fields = [("grant_type", "authorization_code"), ("code", "x")];
    assert_eq!(site.program().post("/token", ("app", program::SECRET), &fields).await.0, 502);
    assert_eq!(site.dying_were_asked(), 1);

    // What changes nothing may be asked for again.
    let Some(site) = Deployment::in_front_of_the_dying() else { return };
    assert_eq!(site.get_json(&format!("{}/.well-known/openid-configuration", site.issuer)).await.0, 502);
    assert_eq!(site.dying_were_asked(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_the_clear_is_led_to_tls_unless_it_may_be_a_secret() {
    let Some(site) = Deployment::start() else { return };
    let http = site.program().http;
    let page = http.get(format!("{}/auth/account?a=b", site.plain)).send().await.expect("an answer");
    assert_eq!(page.status(), 301);
    assert_eq!(page.headers()[LOCATION], "https://auth.example.com/auth/account?a=b");
    let request = http.post(format!("{}/auth/token", site.plain)).basic_auth("app", Some(program::SECRET));
    assert_eq!(request.send().await.expect("an answer").status(), 403);
}

/// The server counts attempts by the address that nginx has seen, whatever the header says that came.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_makes_up_addresses_is_still_one_source() {
    let Some(site) = Deployment::start() else { return };
    let mut stranger = site.visitor();
    stranger.begin().await.assert(200, "Sign in");
    let mut refused = None;
    // Each instance counts for itself: twice twenty, and what nobody would count together if the header were believed.
    for attempt in 0..60 {
        stranger.forwarded_for = Some(format!("198.51.100.{attempt}"));
        let page = stranger.sign_in(&format!("name-{attempt}"), "guess").await;
        if page.status == 429 {
            // nginx limits, too, and says nothing of signing in.
            page.assert(429, "Too many attempts");
            refused = Some(attempt);
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(refused.is_some_and(|attempt| attempt >= 20), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_of_64_kib_pass_and_more_than_that_is_refused() {
    let Some(site) = Deployment::start() else { return };
    let program = site.program();
    for (size, expected) in [(63 * 1024, 400), (128 * 1024, 413)] {
        let filler = "x".repeat(size);
        let (status, answer) =
            program.post("/token", ("app", program::SECRET), &[("grant_type", "no"), ("filler", &filler)]).await;
        assert_eq!(status.as_u16(), expected, "{size}: {answer}");
    }
}
