//! ID-JAGs (draft-ietf-oauth-identity-assertion-authz-grant): an identity provider issues them, and the server of somebody else accepts them.

use super::*;
use grantor::{
    Claims, ClaimsFor, ClaimsSource, ErrorCode, IdJag, IdJagDecision, IdJagPolicy, IdJagRequest, OAuthError, OpenId,
    ResourceIdentifier, Rs256, SigningKeys, StandardClaims,
};

/// The authorization server of a chat, which trusts this one.
const CHAT: &str = "https://auth.chat.example";
const CHAT_API: &str = "https://api.chat.example/";

struct Nothing;

impl ClaimsSource for Nothing {
    type Own = ();
    async fn claims(&self, _: ClaimsFor<'_>) -> Result<Claims<()>, StoreError> {
        Ok(Claims::new(StandardClaims::default(), ()))
    }
}

type Answers = Box<dyn Fn(IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> + Send + Sync>;

/// What administrators say.
#[derive(Default)]
pub struct Admin {
    says: Mutex<Option<Answers>>,
    asked: Mutex<Vec<Value>>,
}

impl Admin {
    pub fn says(&self, answer: impl Fn(IdJagRequest<'_>) -> IdJagDecision + Send + Sync + 'static) {
        *self.says.lock().expect("a lock") = Some(Box::new(move |request| Ok(answer(request))));
    }

    fn fails(&self, error: fn() -> StoreError) {
        *self.says.lock().expect("a lock") = Some(Box::new(move |_| Err(error())));
    }
}

impl IdJagPolicy for Admin {
    async fn decide(&self, request: IdJagRequest<'_>) -> Result<IdJagDecision, StoreError> {
        self.asked.lock().expect("a lock").push(json!({
            "client": request.client().id().as_str(), "subject": request.subject(), "audience": request.audience(),
            "resources": request.resources().map(ResourceIdentifier::as_str).collect::<Vec<_>>(), "scope": request.scope().as_str(),
            "auth_time": request.auth_time().map(|moment| moment.as_unix()), "acr": request.acr(),
            "amr": request.amr().collect::<Vec<_>>(), "iss": request.claim("iss"),
        }));
        self.says.lock().expect("a lock").as_ref().map_or_else(|| Ok(IdJagDecision::default()), |answer| answer(request))
    }
}

/// RSA takes its time, so this process makes one key.
fn rsa() -> KeyPair {
    static KEY: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let made = || jws::key(Algorithm::Rs256).to_pkcs8().expect("PKCS#8").to_vec();
    KeyPair::from_pkcs8(Algorithm::Rs256, KEY.get_or_init(made)).expect("a key")
}

macro_rules! idp {
    ($admin:expr, $open_id:expr $(, $paired:literal)?) => {{
        let (clock, policy) = (ManualClock::new(START), Arc::new(Policy::default()));
        let exchange = TokenExchange::new(policy.clone()).id_jags($admin.clone());
        let keys = SigningKeys::fixed(Rs256, rsa()).expect("a key");
        let master = grantor::MasterKeys::parse("6ZQz0n3hX7mJc1uVfK2bYw8tRlA5pGdSxEoNiQvTgHk=").expect("a key");
        let server = AuthorizationServer::builder()
            .profile(Development::<OAuth21>::new())
            .issuer(issuer!("https://as.example.com"))
            .storage(MemoryStore::new())
            .clock(clock.clone())
            .master_keys(master)
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(exchange)
            .response_type(Code)
            .enable(keys)
            .enable($open_id)
            .enable(grantor::Dpop::new())
            .enable(Introspection::new())
            .build();
        let secret = ClientSecret::parse(SECRET).expect("a secret");
        let wiki = |id: &str| {
            let client = Client::confidential(id, &secret).redirect_uri(CALLBACK).scope("openid read");
            client.grant_types(["authorization_code", EXCHANGE])
        };
        let clients = [wiki("wiki"), wiki("other"), $(wiki($paired).subject_type(grantor::SubjectType::Pairwise))?];
        for client in clients {
            server.register_client(client.build().expect("a client")).await.expect("a registration");
        }
        World { peer: Peer::new(server, ALICE, clock), policy }
    }};
}

/// The wiki may act at the chat, which calls it `wiki-at-chat`.
fn allowing() -> Arc<Admin> {
    let admin = Arc::new(Admin::default());
    admin.says(|_| IdJag::new(CHAT, "wiki-at-chat").into());
    admin
}

impl<Sv: ServesOAuth> World<Sv> {
    /// The token response to a sign-in of Alice's at this client.
    async fn signed_in(&self, client: &str) -> Value {
        let pairs = with(&with(&REQUEST, &PKCE), &[("client_id", client), ("scope", "openid read")]);
        let code = self.peer.code_for(&pairs).await;
        let mut redeeming = redemption(&code).to_vec();
        redeeming.retain(|(name, _)| *name != "client_id");
        self.peer.post("/token", Some(&basic(client, SECRET)), &redeeming).await.json()
    }

    async fn id_token(&self, client: &str) -> String {
        self.signed_in(client).await["id_token"].as_str().expect("an ID token").to_owned()
    }

    async fn id_jag(&self, client: &str, id_token: &str, changes: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("subject_token_type", ID_TOKEN), ("requested_token_type", ID_JAG), ("audience", CHAT)];
        pairs.retain(|(name, _)| !changes.iter().any(|(own, _)| own == name));
        pairs.extend(changes);
        self.exchange(client, id_token, &pairs).await
    }
}

fn parts(answer: &Answer) -> (Value, Value) {
    let token = answer.member("access_token");
    let part = |at| serde_json::from_slice(&jws::decode(token.split('.').nth(at).expect("a part"))).expect("JSON");
    (part(0), part(1))
}

// shows: ID-JAG-3.1-01, ID-JAG-3.1-02, ID-JAG-3.1-03, ID-JAG-3.1-05, ID-JAG-3.1-06, ID-JAG-3.1-07, ID-JAG-3.1-08, ID-JAG-3.1-09, ID-JAG-3.1-10, ID-JAG-3.1-12, ID-JAG-3.1-15, ID-JAG-4.3-01, ID-JAG-4.3-02, ID-JAG-4.3-03, ID-JAG-4.3-06, ID-JAG-4.3-07, ID-JAG-4.3-09, ID-JAG-4.3-10, ID-JAG-4.3.3-13, ID-JAG-4.3.4-01, ID-JAG-4.3.4-02, ID-JAG-4.3.4-03, ID-JAG-4.3.4-04, ID-JAG-4.3.4-08, ID-JAG-4.3.4-09, ID-JAG-8.6.1.1-04, ID-CHAINING-2.3.3-01, ID-CHAINING-2.3.3-02, MCP-EMA-4-01, MCP-EMA-4-02, MCP-EMA-4.3-01, MCP-EMA-4.3-02
#[tokio::test]
async fn an_id_token_is_exchanged_for_an_id_jag() {
    let admin = allowing();
    let world = idp!(admin, OpenId::new(Nothing));
    let id_token = world.id_token("wiki").await;
    let answer = world.id_jag("wiki", &id_token, &[("resource", CHAT_API), ("scope", "chat.read chat.history")]).await;
    answer.assert_ok();
    let said = answer.json();
    assert_eq!((&said["issued_token_type"], &said["token_type"]), (&json!(ID_JAG), &json!("N_A")));
    assert_eq!((&said["scope"], &said["expires_in"]), (&json!("chat.read chat.history"), &json!(300)));
    assert_eq!((&said["refresh_token"], &said["id_token"]), (&Value::Null, &Value::Null));
    assert_eq!(answer.header("cache-control"), "no-store");
    let (header, mut claims) = parts(&answer);
    assert_eq!(header["typ"], "oauth-id-jag+jwt");
    let jti = claims["jti"].take();
    assert!(jti.as_str().is_some_and(|jti| jti.len() > 40), "{jti}");
    let now = START.as_unix();
    let expected = json!({
        "iss": ISSUER, "sub": "alice", "aud": CHAT, "client_id": "wiki-at-chat", "jti": null, "iat": now, "exp": now + 300,
        "resource": CHAT_API, "scope": "chat.read chat.history", "auth_time": now, "acr": "urn:example:pwd", "amr": ["pwd"],
    });
    assert_eq!(claims, expected);
    assert_eq!(
        admin.asked.lock().expect("a lock").last(),
        Some(&json!({
            "client": "wiki", "subject": "alice", "audience": CHAT, "resources": [CHAT_API], "scope": "chat.read chat.history",
            "auth_time": now, "acr": "urn:example:pwd", "amr": ["pwd"], "iss": ISSUER,
        }))
    );
    // It is no access token here, nor anything else (section 8.3).
    assert!(!world.peer.introspects("wiki", &answer.member("access_token")).await);
    // Another one is another one, and neither scope nor resource has to be there.
    let (_, again) = parts(&world.id_jag("wiki", &id_token, &[]).await);
    assert!(again["jti"] != jti && again["resource"].is_null() && again["scope"].is_null());
}

// shows: ID-JAG-4.3-04, ID-JAG-4.3-05, ID-JAG-4.3.3-05, ID-JAG-4.3.3-06, ID-JAG-4.3.3-07, ID-JAG-4.3.3-09, ID-JAG-4.3.3-14, ID-JAG-4.3.4-05, ID-JAG-5-01, ID-JAG-6.1-01, ID-JAG-8.2-01, MCP-EMA-4.1-01, ID-CHAINING-2.3.2-02, ID-CHAINING-2.5-02
#[tokio::test]
async fn the_administrator_says_who_may_act_where_as_whom_and_with_what() {
    let admin = allowing();
    let world = idp!(admin, OpenId::new(Nothing));
    let id_token = world.id_token("wiki").await;
    admin.says(|_| {
        let resource = ResourceIdentifier::parse(CHAT_API).expect("a resource");
        let it = IdJag::new(CHAT, "wiki-at-chat").subject("U019488227").scope(scope("chat.read")).resources([resource]);
        it.lifetime(60).claim("email", "alice@example.com").claim("tenant", "acme").claim("aud_sub", "42").into()
    });
    // By a name that was agreed on.
    let asking = [("audience", "urn:example:chat"), ("scope", "chat.read chat.write"), ("resource", CHAT_API)];
    let answer = world.id_jag("wiki", &id_token, &asking).await;
    let (_, claims) = parts(&answer);
    assert_eq!((&claims["aud"], &claims["sub"], &claims["scope"]), (&json!(CHAT), &json!("U019488227"), &json!("chat.read")));
    assert_eq!(
        (&claims["email"], &claims["tenant"], &claims["aud_sub"]),
        (&json!("alice@example.com"), &json!("acme"), &json!("42"))
    );
    assert_eq!((answer.member("scope"), answer.json()["expires_in"].as_u64()), ("chat.read".to_owned(), Some(60)));
    // Nothing named: what the policy says.
    let (_, claims) = parts(&world.id_jag("wiki", &id_token, &[]).await);
    assert_eq!((&claims["scope"], &claims["resource"]), (&json!("chat.read"), &json!(CHAT_API)));
    // Nothing left of what was named.
    world.id_jag("wiki", &id_token, &[("scope", "chat.write")]).await.assert_error(400, "invalid_scope");
    let other = [("resource", "https://other.chat.example")];
    world.id_jag("wiki", &id_token, &other).await.assert_error(400, "invalid_target");

    admin.says(|_| IdJagDecision::deny());
    world.id_jag("wiki", &id_token, &[]).await.assert_error(400, "invalid_request");
    const STEP_UP: ErrorCode = ErrorCode::extension("insufficient_user_authentication");
    admin.says(|_| IdJagDecision::refuse(OAuthError::new(STEP_UP, "sign in with a second factor")));
    world.id_jag("wiki", &id_token, &[]).await.assert_error(400, "insufficient_user_authentication");
    // What only the server says nobody else can say.
    for name in ["sub", "client_id", "resource", "act", "cnf", "authorization_details"] {
        admin.says(move |_| IdJag::new(CHAT, "wiki-at-chat").claim(name, "x").into());
        world.id_jag("wiki", &id_token, &[]).await.assert_error(500, "server_error");
    }
    admin.says(|_| IdJag::new(ISSUER, "wiki").into());
    world.id_jag("wiki", &id_token, &[]).await.assert_error(500, "server_error");
}

// shows: ID-JAG-4.3-11, ID-JAG-4.3-12, ID-JAG-4.3-13, ID-JAG-4.3-14, ID-JAG-4.3.3-01, ID-JAG-4.3.3-02, ID-JAG-4.3.4.3-01, ID-JAG-8.3-01, ID-CHAINING-2.3.1-01, ID-CHAINING-2.3.2-01, MCP-EMA-4-04, MCP-EMA-4.2-01
#[tokio::test]
async fn only_a_good_id_token_of_the_client_is_exchanged_for_one_server() {
    let admin = allowing();
    let world = idp!(admin, OpenId::new(Nothing));
    let signed_in = world.signed_in("wiki").await;
    let member = |name: &str| signed_in[name].as_str().expect("a token").to_owned();
    let (id_token, access_token) = (member("id_token"), member("access_token"));
    for (client, token, changes) in [
        ("other", &id_token, vec![]),
        ("wiki", &access_token, vec![]),
        ("wiki", &access_token, vec![("subject_token_type", ACCESS_TOKEN)]),
        ("wiki", &id_token, vec![("subject_token_type", ACCESS_TOKEN)]),
        ("wiki", &id_token, vec![("subject_token_type", JWT)]),
        ("wiki", &id_token, vec![("actor_token", &*access_token), ("actor_token_type", ACCESS_TOKEN)]),
        ("wiki", &id_token, vec![("actor_token", &*access_token)]),
        ("wiki", &id_token, vec![("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token")]),
        ("wiki", &id_token, vec![("subject_token_type", "urn:ietf:params:oauth:token-type:saml2")]),
        ("wiki", &id_token, vec![("audience", "")]),
        ("wiki", &id_token, vec![("audience", CHAT), ("audience", "https://auth.wiki.example")]),
        // For an access token of this server.
        ("wiki", &id_token, vec![("requested_token_type", ACCESS_TOKEN)]),
    ] {
        world.id_jag(client, token, &changes).await.assert_error(400, "invalid_request");
    }
    for target in [("audience", ISSUER), ("resource", "/relative"), ("resource", "https://api.chat.example/#a")] {
        world.id_jag("wiki", &id_token, &[target]).await.assert_error(400, "invalid_target");
    }
    let limited = world.id_jag("wiki", &id_token, &[("authorization_details", "[]")]).await;
    limited.assert_error(400, "invalid_authorization_details");
    let forged = format!("{}x", &id_token[..id_token.len() - 1]);
    world.id_jag("wiki", &forged, &[]).await.assert_error(400, "invalid_request");
    // An ID-JAG is no ID token.
    let id_jag = world.id_jag("wiki", &id_token, &[]).await.member("access_token");
    world.id_jag("wiki", &id_jag, &[]).await.assert_error(400, "invalid_request");
    let answer = world.peer.post("/token", Some(&basic("wiki", "wrong")), &[("grant_type", EXCHANGE)]).await;
    assert_eq!(answer.status, 401);

    // It ends with the ID token.
    world.peer.clock.advance(250);
    assert_eq!(world.id_jag("wiki", &id_token, &[]).await.json()["expires_in"], 50);
    world.peer.clock.advance(50);
    world.id_jag("wiki", &id_token, &[]).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn a_pairwise_subject_is_said_to_nobody_else() {
    let admin = allowing();
    let world = idp!(admin, OpenId::new(Nothing).pairwise_subjects(), "paired");
    let id_token = world.id_token("paired").await;
    world.id_jag("paired", &id_token, &[]).await.assert_error(500, "server_error");
    admin.says(|request| {
        assert_ne!(request.subject(), "alice");
        IdJag::new(CHAT, "wiki-at-chat").subject("U019488227").into()
    });
    assert_eq!(parts(&world.id_jag("paired", &id_token, &[]).await).1["sub"], "U019488227");
}

// shows: ID-JAG-7.1-01, ID-CHAINING-3-01, ID-CHAINING-3-02
#[tokio::test]
async fn the_metadata_says_that_id_jags_are_issued_where_they_are() {
    let world = idp!(allowing(), OpenId::new(Nothing));
    let said = world.peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(said["identity_chaining_requested_token_types_supported"], json!([ID_JAG]));
    assert!(said["grant_types_supported"].as_array().expect("a list").contains(&json!(EXCHANGE)));
    assert_eq!(said["authorization_grant_profiles_supported"], Value::Null);
    let without = super::world().await.peer.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(without["identity_chaining_requested_token_types_supported"], Value::Null);
}

impl<Sv: ServesOAuth> Peer<Sv, Decides> {
    async fn introspects(&self, client: &str, token: &str) -> bool {
        let answer = self.post("/introspect", Some(&basic(client, SECRET)), &[("token", token)]).await;
        answer.json()["active"] == true
    }
}

// shows: ID-JAG-4.1-01, ID-CHAINING-5.1-01
#[tokio::test]
async fn with_the_id_jag_of_one_server_a_client_gets_an_access_token_of_another() {
    use grantor::{Assertion, AssertionDecision, AssertionPolicy, JwtBearer};

    struct Employees;
    impl AssertionPolicy for Employees {
        async fn decide(&self, assertion: Assertion<'_>) -> Result<AssertionDecision, StoreError> {
            let here = format!("{} at {}", assertion.subject(), assertion.issuer());
            Ok(AssertionDecision::to(grantor::Subject::new(here).map_err(StoreError::failed)?))
        }
    }

    let world = idp!(allowing(), OpenId::new(Nothing));
    // Beside somebody whom it trusts as well, and who signs nothing here. The keys are those of the provider, whatever becomes of them.
    let idp = TrustedIssuer::new(ISSUER, world.peer.server.clone()).algorithms([Algorithm::Rs256]);
    let chat = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://auth.chat.example"))
        .storage(MemoryStore::new())
        .clock(world.peer.clock.clone())
        .grant(JwtBearer::id_jag(TrustedIssuers::new([idp]).expect("an issuer"), Employees))
        .enable(ResourceIndicators::new(Resources::new([Resource::new(CHAT_API).expect("a resource")]).expect("resources")))
        .enable(Introspection::new())
        .build();
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let wiki = Client::confidential("wiki-at-chat", &secret).scope("chat.read").grant_types([grant]);
    chat.register_client(wiki.build().expect("a client")).await.expect("a registration");
    let chat = Peer::new(chat, common::Approves, world.peer.clock.clone());

    let id_token = world.id_token("wiki").await;
    let asking = [("scope", "chat.read chat.write"), ("resource", CHAT_API)];
    let id_jag = world.id_jag("wiki", &id_token, &asking).await.member("access_token");
    let present = async |assertion: &str| {
        let pairs = [("grant_type", grant), ("assertion", assertion)];
        chat.post("/token", Some(&basic("wiki-at-chat", SECRET)), &pairs).await
    };
    let answer = present(&id_jag).await;
    answer.assert_ok();
    assert_eq!((answer.member("scope"), answer.member("resource")), ("chat.read".to_owned(), CHAT_API.to_owned()));
    let introspect = [("token", &*answer.member("access_token"))];
    let known = chat.post("/introspect", Some(&basic("wiki-at-chat", SECRET)), &introspect).await.json();
    assert_eq!((&known["sub"], &known["aud"]), (&json!("alice at https://as.example.com"), &json!(CHAT_API)));
    // The ID token itself is no such thing, nor is an ID-JAG for somebody else.
    present(&id_token).await.assert_error(400, "invalid_grant");
}

/// Section 8.6.1.1.
// shows: ID-JAG-8.6.1.1-01, ID-JAG-8.6.1.1-02, ID-JAG-8.6.1.1-03, ID-JAG-8.6.1.1-04
#[tokio::test]
async fn an_id_jag_is_bound_to_the_key_that_the_request_proves() {
    let world = idp!(allowing(), OpenId::new(Nothing));
    let id_token = world.id_token("wiki").await;
    let key = jws::key(Algorithm::Es256);
    let header = serde_json::json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jws::jwk(&key)});
    let ask = async |htu: &str| {
        let claims = serde_json::json!({"jti": htu, "htm": "POST", "htu": htu, "iat": START.as_unix()});
        let proof = jws::signed(&header.to_string(), &claims.to_string(), &key);
        let pairs = [
            ("grant_type", EXCHANGE),
            ("subject_token", &*id_token),
            ("subject_token_type", ID_TOKEN),
            ("requested_token_type", ID_JAG),
            ("audience", CHAT),
        ];
        let request = http::Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("authorization", basic("wiki", SECRET)).header("dpop", proof);
        world.peer.send(request.body(crate::common::form(&pairs)).expect("a request")).await
    };
    ask("https://as.example.com/authorize").await.assert_error(400, "invalid_dpop_proof");
    let answer = ask("https://as.example.com/token").await;
    assert_eq!(answer.member("token_type"), "N_A");
    assert_eq!(parts(&answer).1["cnf"], serde_json::json!({"jkt": key.public_key().thumbprint().to_string()}));
    let unbound = world.id_jag("wiki", &id_token, &[]).await;
    assert_eq!(parts(&unbound).1["cnf"], Value::Null);
}

/// Whoever asks is told that it is the server, and not why; the ID token is good for the next request.
#[tokio::test]
async fn a_policy_that_fails_is_the_servers_trouble() {
    let admin = allowing();
    let world = idp!(admin, OpenId::new(Nothing));
    let id_token = world.id_token("wiki").await;
    admin.fails(|| StoreError::Unavailable { retry_after: Some(std::time::Duration::from_secs(7)) });
    let answer = world.id_jag("wiki", &id_token, &[]).await;
    answer.assert_error(503, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), "7");
    admin.fails(|| StoreError::failed("the words of the directory"));
    let answer = world.id_jag("wiki", &id_token, &[]).await;
    answer.assert_error(500, "server_error");
    assert!(!answer.body.contains("directory"), "{answer:?}");
    admin.says(|_| IdJag::new(CHAT, "wiki-at-chat").into());
    world.id_jag("wiki", &id_token, &[]).await.assert_ok();
}
