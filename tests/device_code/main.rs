//! The device authorization grant (RFC 8628), through HTTP as devices send it; what people do comes through the application's page.

mod asking;
mod attacks;
mod beside_others;
#[path = "../common/mod.rs"]
mod common;
mod deciding;
mod devices_of_others;
#[path = "../common/jws.rs"]
mod jws;
mod keys;
#[path = "../common/peers.rs"]
mod peers;
mod polling;
mod stores;

use bytes::Bytes;
use common::browser::Browser;
use common::{Answer, Pairs, Peer, SECRET, basic, subject, with};
use grantor::rules::HasGrant;
use grantor::{
    Approval, AuthorizationServer, Client, ClientBuilder, ClientSecret, ClientStore, DeferredStore, DeviceCode, DeviceError,
    DeviceRequest, FeaturesOn, GrantList, Interaction, RequestSource, ResponseTypeList, ServesOAuth, TypedCode,
};
use http::Request;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A server with the grant, and what else the chain is given.
macro_rules! server {
    ($store:expr, $clock:expr, $grant:expr $(, $given:ident($argument:expr))*) => {
        grantor::AuthorizationServer::builder()
            .profile(grantor::Development::<grantor::OAuth21>::new())
            .issuer(grantor::issuer!("https://as.example.com"))
            .storage($store)
            .clock($clock.clone())
            .grant($grant)
            .grant(grantor::RefreshToken::new())
            .grant(grantor::AuthorizationCode::new())
            .response_type(grantor::Code)
            .enable(grantor::Introspection::new())
            $(.$given($argument))*
            .build()
    };
}
use server;

/// The same with the clients `tv`, `conf`, `other`, `web` and `rs`.
macro_rules! peer {
    ($grant:expr $(, $given:ident($argument:expr))*) => {{
        let clock = grantor::ManualClock::new(crate::common::START);
        let server = crate::server!(grantor::MemoryStore::new(), clock, $grant $(, $given($argument))*);
        for client in crate::clients() {
            server.register_client(client.build().expect("a client")).await.expect("a registration");
        }
        crate::common::Peer::new(server, crate::common::Approves, clock)
    }};
    () => {
        crate::peer!(grantor::DeviceCode::new())
    };
}
use peer;

fn clients() -> [ClientBuilder; 5] {
    let secret = ClientSecret::parse(SECRET).expect("a secret");
    let device = |client: ClientBuilder| client.scope("scope read write").grant_types([DEVICE, "refresh_token"]);
    let confidential = |id| Client::confidential(id, &secret);
    [
        device(Client::public("tv").name("Television")),
        device(confidential("conf")),
        device(confidential("other")),
        Client::public("web").redirect_uri(common::CALLBACK).scope("scope").grant_types(["authorization_code"]),
        confidential("rs").grant_types::<String>([]).introspects_any_token(),
    ]
}

/// A valid request of the device.
const ASKS: [(&str, &str); 2] = [("client_id", "tv"), ("scope", "scope read")];

fn secret_of(client: &str) -> Option<String> {
    matches!(client, "conf" | "other" | "rs").then(|| basic(client, SECRET))
}

fn client_of<'a>(pairs: &[(&'a str, &'a str)]) -> &'a str {
    pairs.iter().find(|(name, _)| *name == "client_id").map_or("tv", |(_, value)| value)
}

/// A device asks.
async fn ask<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, pairs: &[(&str, &str)]) -> Answer {
    peer.post("/device_authorization", secret_of(client_of(pairs)).as_deref(), pairs).await
}

/// The device's code, and the person's.
async fn asked<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, pairs: &[(&str, &str)]) -> (String, String) {
    let answer = ask(peer, pairs).await;
    answer.assert_ok();
    (answer.member("device_code"), answer.member("user_code"))
}

fn polling<'a>(client: &'a str, device_code: &'a str) -> Pairs<'a> {
    vec![("grant_type", DEVICE), ("client_id", client), ("device_code", device_code)]
}

/// The device polls.
async fn poll<Sv: ServesOAuth, I: Interaction<Sv>>(peer: &Peer<Sv, I>, client: &str, device_code: &str) -> Answer {
    peer.post("/token", secret_of(client).as_deref(), &polling(client, device_code)).await
}

/// What the application does of it, whatever the server has.
trait Page {
    async fn enter_from(&self, browser: &Browser, code: &str, source: Option<&str>) -> Result<TypedCode, DeviceError>;
    async fn shown(&self, browser: &mut Browser, code: &str) -> String;
    async fn resumed(&self, browser: &Browser, handle: &str) -> Result<DeviceRequest, DeviceError>;
    async fn approved(&self, request: DeviceRequest, approval: Approval) -> Result<(), DeviceError>;
    async fn denied(&self, request: DeviceRequest) -> Result<(), DeviceError>;

    /// Whoever is there sees the page of the code, and comes back with it.
    async fn typed(&self, code: &str) -> DeviceRequest {
        let mut browser = Browser::default();
        let handle = self.shown(&mut browser, code).await;
        self.resumed(&browser, &handle).await.expect("the request")
    }

    /// Alice agrees.
    async fn allowed(&self, code: &str) {
        let request = self.typed(code).await;
        self.approved(request, Approval::by(subject("alice"))).await.expect("an approval");
    }
}

impl<S, G, R, F, P> Page for AuthorizationServer<S, G, R, F, P>
where
    S: ClientStore + DeferredStore,
    G: GrantList + HasGrant<DeviceCode>,
    R: ResponseTypeList,
    F: FeaturesOn<S>,
{
    async fn enter_from(&self, browser: &Browser, code: &str, source: Option<&str>) -> Result<TypedCode, DeviceError> {
        let mut request = Request::post("/device").header("sec-fetch-site", "same-origin").body(Bytes::new()).expect("a request");
        request.headers_mut().extend(browser.headers());
        if let Some(source) = source {
            request.extensions_mut().insert(RequestSource::new(source.parse().expect("an address")));
        }
        self.devices().enter(code, &request).await
    }

    async fn shown(&self, browser: &mut Browser, code: &str) -> String {
        let typed = self.enter_from(browser, code, None).await.expect("a code");
        browser.store(typed.set_cookie());
        typed.handle().to_owned()
    }

    async fn resumed(&self, browser: &Browser, handle: &str) -> Result<DeviceRequest, DeviceError> {
        self.devices().resume(handle, &browser.headers()).await
    }

    async fn approved(&self, request: DeviceRequest, approval: Approval) -> Result<(), DeviceError> {
        self.devices().approve(request, approval).await
    }

    async fn denied(&self, request: DeviceRequest) -> Result<(), DeviceError> {
        self.devices().deny(request).await
    }
}

/// It is told that its person has not decided.
#[track_caller]
fn assert_pending(answer: &Answer) {
    answer.assert_error(400, "authorization_pending");
}

/// The device's request, of another client.
fn of<'a>(client: &'a str) -> Pairs<'a> {
    with(&ASKS, &[("client_id", client)])
}
