//! Clients that register themselves (`--registration`).

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use grantor::{
    Admission, AnyClient, ClientSecret, DynamicRegistration, RegistrationPolicy, RegistrationRefusal, RegistrationRequest,
    RequestSource, WithInitialAccessToken,
};

use crate::options::Options;
use crate::visitor::SourceFrom;

const VARIABLE: &str = "REGISTRATION_TOKEN";

/// Who may register a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationBy {
    Anybody,
    /// Whoever has the token in the variable.
    Token,
}

/// The same for the library.
pub enum Policy {
    Open(AnyClient),
    Guarded(WithInitialAccessToken),
}

impl RegistrationPolicy for Policy {
    fn requires_initial_access_token(&self) -> bool {
        match self {
            Self::Open(policy) => policy.requires_initial_access_token(),
            Self::Guarded(policy) => policy.requires_initial_access_token(),
        }
    }

    async fn decide(&self, request: &RegistrationRequest<'_>) -> Result<Admission, RegistrationRefusal> {
        match self {
            Self::Open(policy) => policy.decide(request).await,
            Self::Guarded(policy) => policy.decide(request).await,
        }
    }
}

/// The feature, if it is asked for.
pub fn feature(options: &Options) -> Result<Option<DynamicRegistration<Policy>>, String> {
    Ok(match options.registration {
        None => None,
        Some(RegistrationBy::Anybody) => Some(DynamicRegistration::new(Policy::Open(AnyClient::new()))),
        Some(RegistrationBy::Token) => {
            let registration = DynamicRegistration::new(Policy::Guarded(WithInitialAccessToken::new()));
            Some(registration.initial_access_token(&token()?))
        }
    })
}

fn token() -> Result<ClientSecret, String> {
    let long = std::env::var(VARIABLE).ok().filter(|text| text.len() >= 32).and_then(|text| ClientSecret::parse(text).ok());
    long.ok_or_else(|| {
        format!(
            "--registration token: set the variable {VARIABLE} to at least 32 characters, for instance to what `openssl rand -hex 32` \
             prints, and give that to those who may register clients"
        )
    })
}

/// Tells the server from where each request comes, so that it counts registrations by source.
pub fn with_sources(router: Router, sources: SourceFrom) -> Router {
    router.layer(from_fn(move |mut request: Request, next: Next| {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
        if let Some(address) = peer.and_then(|peer| sources.address(request.headers(), peer)) {
            request.extensions_mut().insert(RequestSource::new(address));
        }
        next.run(request)
    }))
}
