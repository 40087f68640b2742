//! Software statements (RFC 7591 section 2.3).

use super::*;
use grantor::jose::{SoftwareStatementJwt, TokenSigner};
use grantor::{Algorithm, Jwks, KeyPair, SoftwareStatements, WithSoftwareStatement};

const DIRECTORY: &str = "https://directory.example.org";

struct Directory(TokenSigner<KeyPair>);

impl Directory {
    fn new() -> Self {
        Self(TokenSigner::new(KeyPair::generate(Algorithm::Es256).expect("a key")))
    }

    fn keys(&self) -> Jwks {
        Jwks::of([self.0.public_key()])
    }

    fn says(&self, claims: &Value) -> String {
        self.0.sign_now::<SoftwareStatementJwt>(claims.to_string().as_bytes()).expect("a statement").to_string()
    }
}

fn claims() -> Value {
    json!({
        "iss": DIRECTORY, "software_id": "4NRB1-0XZABZI9E6-5SM3R", "client_name": "The real app", "redirect_uris": [CALLBACK],
        "iat": START.as_unix(),
    })
}

fn trusting<P: RegistrationPolicy>(policy: P, directory: &Directory) -> Client<P> {
    let trusted = SoftwareStatements::new().issuer(DIRECTORY, directory.keys());
    server_on(MemoryStore::new(), DynamicRegistration::new(policy).software_statements(trusted))
}

// shows: RFC7591-2-34, RFC7591-2.3-01, RFC7591-2.3-02, RFC7591-3.1.1-01, RFC7591-3.1.1-03, RFC7591-3.2.1-12, RFC7591-3.2.1-13, RFC7591-5-16, RFC7591-5-17
#[tokio::test]
async fn what_a_statement_says_counts() {
    let directory = Directory::new();
    let peer = trusting(WithSoftwareStatement::new(), &directory);
    let statement = directory.says(&claims());
    let sent = json!({
        "software_statement": statement, "client_name": "A lie", "client_name#en": "Another lie", "redirect_uris": ["https://evil.example/cb"],
        "token_endpoint_auth_method": "none", "contacts": ["a@example.org"],
    });
    let client = registered(&peer, &sent).await;
    assert_eq!(client["software_statement"], statement);
    assert_eq!((&client["client_name"], &client["redirect_uris"]), (&json!("The real app"), &json!([CALLBACK])));
    assert_eq!((client.get("client_name#en"), &client["software_id"]), (None, &json!("4NRB1-0XZABZI9E6-5SM3R")));
    assert_eq!(client["contacts"], json!(["a@example.org"]));
    for name in ["iss", "iat"] {
        assert_eq!(client.get(name), None);
    }
    let kept = record(peer.server.storage(), &client).await;
    assert!(kept.is_vetted());
    assert_eq!(managed(&peer, Method::GET, &client, None).await.json(), client);
}

// shows: RFC7591-3.2.2-06
#[tokio::test]
async fn a_statement_that_is_not_sound_is_refused() {
    let directory = Directory::new();
    let peer = trusting(WithSoftwareStatement::new(), &directory);
    let stranger = Directory::new();
    let now = START.as_unix();
    let with = |changes: Value| directory.says(&and(claims(), changes));
    let unsigned = {
        let statement = directory.says(&claims());
        let (rest, _) = statement.rsplit_once('.').expect("a signature");
        format!("{rest}.")
    };
    for (statement, code) in [
        (stranger.says(&claims()), "invalid_software_statement"),
        (with(json!({"iss": "https://somebody.example"})), "unapproved_software_statement"),
        (with(json!({"iss": null})), "invalid_software_statement"),
        (with(json!({"software_id": null})), "invalid_software_statement"),
        (with(json!({"exp": now})), "invalid_software_statement"),
        (with(json!({"nbf": now + 61})), "invalid_software_statement"),
        (with(json!({"iat": now + 61})), "invalid_software_statement"),
        (with(json!({"aud": "https://other.example"})), "invalid_software_statement"),
        (unsigned, "invalid_software_statement"),
        ("a.b".to_owned(), "invalid_software_statement"),
        (String::new(), "invalid_software_statement"),
    ] {
        let sent = and(public(), json!({"software_statement": statement}));
        register(&peer, &sent).await.assert_error(400, code);
    }
    register(&peer, &and(public(), json!({"software_statement": 7}))).await.assert_error(400, "invalid_client_metadata");
    register(&peer, &public()).await.assert_error(400, "unapproved_software_statement");
    for good in [
        json!({"exp": now + 1}),
        json!({"aud": "https://as.example.com"}),
        json!({"aud": ["x", "https://as.example.com/register"]}),
    ] {
        registered(&peer, &and(public(), json!({"software_statement": with(good)}))).await;
    }
}

/// Who says little is not vouched for.
#[tokio::test]
async fn a_statement_without_a_name_vouches_for_none() {
    let directory = Directory::new();
    let peer = trusting(WithSoftwareStatement::new(), &directory);
    let statement = directory.says(&and(claims(), json!({"client_name": null})));
    let client = registered(&peer, &and(public(), json!({"software_statement": statement}))).await;
    let kept = record(peer.server.storage(), &client).await;
    assert!(!kept.is_vetted() && kept.name() == "An app");
}

/// Nor is who says of itself what people take from a client that somebody vouched for, or where they are sent.
#[tokio::test]
async fn a_statement_vouches_for_what_it_says_and_for_nothing_beside_it() {
    let directory = Directory::new();
    let peer = trusting(WithSoftwareStatement::new(), &directory);
    let here = |page: &str| json!(format!("https://app.example.org/{page}"));
    for (name, value) in [
        ("application_type", json!("native")),
        ("client_uri", here("about")),
        ("logo_uri", here("logo.png")),
        ("logo_uri#de", here("logo.de.png")),
        ("tos_uri", here("tos")),
        ("policy_uri", here("policy")),
        ("initiate_login_uri", json!("https://evil.example/login")),
    ] {
        for (said, vetted) in [(json!({}), false), (json!({name: value}), true)] {
            let statement = directory.says(&and(claims(), said));
            let sent = and(public(), json!({"software_statement": statement, name: value}));
            let client = registered(&peer, &sent).await;
            assert_eq!(client[name], value, "{client}");
            assert_eq!(record(peer.server.storage(), &client).await.is_vetted(), vetted, "{name}");
            // A change is looked at as the registration was.
            let change = and(sent, json!({"client_id": client["client_id"]}));
            managed(&peer, Method::PUT, &client, Some(&change)).await.assert_ok();
            assert_eq!(record(peer.server.storage(), &client).await.is_vetted(), vetted, "{name}");
        }
    }
    // What is not registered counts for nothing, and each copy of a software has keys and contacts of its own.
    for beside in [
        json!({"post_logout_redirect_uris": ["https://evil.example/bye"]}),
        json!({"client_uri": "https://evil.example/"}),
        json!({"client_name#de": "Eine Bank"}),
        json!({"contacts": ["ops@example.org"], "jwks_uri": "https://app.example.org/jwks", "software_version": "2"}),
    ] {
        let sent = and(public(), json!({"software_statement": directory.says(&claims())}));
        let client = registered(&peer, &and(sent, beside.clone())).await;
        assert!(record(peer.server.storage(), &client).await.is_vetted(), "{beside}");
    }
}

/// Signed out, people are sent where the statement says, and nowhere that a stranger says beside it.
#[tokio::test]
async fn where_people_go_after_signing_out_has_to_be_in_the_statement() {
    let directory = Directory::new();
    let trusted = SoftwareStatements::new().issuer(DIRECTORY, directory.keys());
    let server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(MemoryStore::new())
        .clock(ManualClock::new(START))
        .grant(AuthorizationCode::new())
        .response_type(Code)
        .enable(grantor::SigningKeys::ephemeral().algorithm(grantor::Rs256))
        .enable(grantor::OpenId::new(crate::provider::People::default()))
        .enable(grantor::RpInitiatedLogout::new(crate::members::SignsNobodyOut))
        .enable(DynamicRegistration::new(WithSoftwareStatement::new()).software_statements(trusted))
        .build();
    let peer = Peer::new(server, Decides(|request| request.deny()), ManualClock::new(START));
    let after = json!({"post_logout_redirect_uris": ["https://evil.example/bye"]});
    for (said, vetted) in [(json!({}), false), (after.clone(), true)] {
        let statement = directory.says(&and(claims(), said));
        let client = registered(&peer, &and(and(public(), after.clone()), json!({"software_statement": statement}))).await;
        assert_eq!(client["post_logout_redirect_uris"], after["post_logout_redirect_uris"]);
        assert_eq!(record(peer.server.storage(), &client).await.is_vetted(), vetted);
    }
}

// shows: RFC7591-3.1.1-02
#[tokio::test]
async fn a_policy_of_its_own_sees_the_claims() {
    let directory = Directory::new();
    let policy = Says(|request| match request.software_statement() {
        Some(statement) if statement.issuer() == DIRECTORY && statement.claims()["level"] == "gold" => Ok(Admission::new()),
        _ => Err(RegistrationRefusal::unapproved_software_statement("gold only")),
    });
    let peer = trusting(policy, &directory);
    let send =
        |level: &str| and(public(), json!({"software_statement": directory.says(&and(claims(), json!({"level": level})))}));
    registered(&peer, &send("gold")).await;
    register(&peer, &send("silver")).await.assert_error(400, "unapproved_software_statement");
}
