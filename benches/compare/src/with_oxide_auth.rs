//! oxide-auth: its flows over its own request and response types. The query and the form arrive as maps: reading them from bytes
//! is the work of a front end, and not measured here.

use std::collections::HashMap;

use oxide_auth::endpoint::{
    AccessTokenFlow, AuthorizationFlow, ClientCredentialsFlow, OwnerConsent, RefreshFlow, ResourceFlow, Solicitation,
};
use oxide_auth::frontends::simple::endpoint::{FnSolicitor, Generic, Vacant};
use oxide_auth::frontends::simple::extensions::{AddonList, Extended, Pkce};
use oxide_auth::frontends::simple::request::{Request, Response, Status};
use oxide_auth::primitives::authorizer::AuthMap;
use oxide_auth::primitives::generator::RandomGenerator;
use oxide_auth::primitives::issuer::TokenMap;
use oxide_auth::primitives::registrar::{Client, ClientMap, ExactUrl, PasswordPolicy, RegisteredUrl, RegistrarError};
use oxide_auth::primitives::scope::Scope;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{CALLBACK, CHALLENGE, CLIENT, Library, Operation, SCOPE, SECRET, VERIFIER, basic, member, parameter};

/// One SHA-256, as the others have it for a long secret. Without this it is an argon2.
struct Cheap;

impl PasswordPolicy for Cheap {
    fn store(&self, _: &str, passphrase: &[u8]) -> Vec<u8> {
        Sha256::digest(passphrase).to_vec()
    }

    fn check(&self, _: &str, passphrase: &[u8], stored: &[u8]) -> Result<(), RegistrarError> {
        let equal = Sha256::digest(passphrase).as_slice().ct_eq(stored);
        if equal.into() { Ok(()) } else { Err(RegistrarError::Unspecified) }
    }
}

type Solicitor = FnSolicitor<fn(&mut Request, Solicitation) -> OwnerConsent<Response>>;
type Endpoint =
    Extended<Generic<ClientMap, AuthMap<RandomGenerator>, TokenMap<RandomGenerator>, Solicitor, Vec<Scope>, Vacant>, AddonList>;

pub struct OxideAuth {
    endpoint: Endpoint,
    basic: String,
}

pub enum Answer {
    Response(Box<Response>),
    Accepted(bool),
}

impl OxideAuth {
    fn post(&self, pairs: &[(&str, &str)]) -> Request {
        Request { query: HashMap::new(), urlbody: map(pairs), auth: Some(self.basic.clone()) }
    }

    fn redeemable(&mut self) -> Request {
        let request = self.prepare(Operation::Authorize);
        let Answer::Response(response) = self.run(Operation::Authorize, request) else { unreachable!("a response") };
        let location = response.location.expect("a redirect");
        let code = location.query_pairs().find_map(|(name, value)| (name == "code").then(|| value.into_owned()));
        self.post(&[
            ("grant_type", "authorization_code"),
            ("code", &code.expect("a code")),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ])
    }

    fn issued(&mut self, name: &str) -> String {
        let request = self.redeemable();
        let Answer::Response(response) = self.run(Operation::Redeem, request) else { unreachable!("a response") };
        member(response.body.expect("a body").as_str().as_bytes(), name)
    }
}

fn map(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Library for OxideAuth {
    const NAME: &'static str = "oxide-auth";
    type Request = Request;
    type Response = Answer;

    fn new() -> Self {
        let mut registrar = ClientMap::new();
        registrar.set_password_policy(Cheap);
        let redirect_uri = RegisteredUrl::Exact(ExactUrl::new(CALLBACK.to_owned()).expect("a URL"));
        registrar.register_client(Client::confidential(CLIENT, redirect_uri, SCOPE.parse().expect("a scope"), SECRET.as_bytes()));
        let approves = FnSolicitor((|_, _| OwnerConsent::Authorized("alice".to_owned())) as fn(&mut _, Solicitation) -> _);
        let generic = Generic {
            registrar,
            // 256 bits each, like the others.
            authorizer: AuthMap::new(RandomGenerator::new(32)),
            issuer: TokenMap::new(RandomGenerator::new(32)),
            solicitor: approves,
            scopes: vec!["read".parse().expect("a scope")],
            response: Vacant,
        };
        let mut addons = AddonList::new();
        addons.push_code(Pkce::required());
        Self { endpoint: Extended::extend_with(generic, addons), basic: basic() }
    }

    fn has(operation: Operation) -> bool {
        operation != Operation::Introspect
    }

    fn prepare(&mut self, operation: Operation) -> Request {
        match operation {
            Operation::ClientCredentials => self.post(&[("grant_type", "client_credentials"), ("scope", SCOPE)]),
            Operation::Authorize => {
                let query = map(&[
                    ("response_type", "code"),
                    ("client_id", CLIENT),
                    ("redirect_uri", CALLBACK),
                    ("scope", SCOPE),
                    ("state", "xyz"),
                    ("code_challenge", CHALLENGE),
                    ("code_challenge_method", "S256"),
                ]);
                Request { query, urlbody: HashMap::new(), auth: None }
            }
            Operation::Redeem => self.redeemable(),
            Operation::Refresh => {
                let token = self.issued("refresh_token");
                self.post(&[("grant_type", "refresh_token"), ("refresh_token", &token)])
            }
            Operation::BearerCheck => {
                let auth = Some(format!("Bearer {}", self.issued("access_token")));
                Request { query: HashMap::new(), urlbody: HashMap::new(), auth }
            }
            Operation::Introspect => unreachable!("oxide-auth has no introspection"),
        }
    }

    fn run(&mut self, operation: Operation, request: Request) -> Answer {
        let endpoint = &mut self.endpoint;
        let fault = "no fault";
        let response = match operation {
            Operation::ClientCredentials => ClientCredentialsFlow::prepare(endpoint).expect(fault).execute(request).expect(fault),
            Operation::Authorize => AuthorizationFlow::prepare(endpoint).expect(fault).execute(request).expect(fault),
            Operation::Redeem => AccessTokenFlow::prepare(endpoint).expect(fault).execute(request).expect(fault),
            Operation::Refresh => RefreshFlow::prepare(endpoint).expect(fault).execute(request).expect(fault),
            Operation::BearerCheck => {
                return Answer::Accepted(ResourceFlow::prepare(endpoint).expect(fault).execute(request).is_ok());
            }
            Operation::Introspect => unreachable!("oxide-auth has no introspection"),
        };
        Answer::Response(Box::new(response))
    }

    fn check(operation: Operation, response: &Answer) {
        match response {
            Answer::Accepted(accepted) => assert!(accepted),
            Answer::Response(response) if operation == Operation::Authorize => {
                parameter(response.location.as_ref().expect("a redirect").as_str(), "code");
            }
            Answer::Response(response) => {
                assert_eq!(response.status, Status::Ok);
                member(response.body.as_ref().expect("a body").as_str().as_bytes(), "access_token");
            }
        }
    }
}
