//! The authorization server.

use std::sync::Arc;

use axum::Router;
use grantor::{
    Administers, AnyClient, ApplicationType, AuthorizationCode, AuthorizationServer, Client, ClientCredentials, ClientHosts,
    ClientMetadataDocuments, ClientSecret, Code, Development, DynamicRegistration, Es256, Fetcher, Introspection,
    JwtAccessTokens, JwtBearer, LoopbackIssuer, Mcp, MemoryStore, PrivateKeyJwt, RefreshToken, Resource, ResourceIdentifier,
    ResourceIndicators, Resources, Revocation, Scope, SigningKeys, Yes, router_with,
};

use crate::consent::{self, Asks};
use crate::enterprise;
use crate::options::Options;
use crate::{Failure, READ, WRITE};

/// Where the Inspector waits for the browser.
const INSPECTOR: [&str; 2] = ["http://localhost:6274/oauth/callback", "http://localhost:6274/oauth/callback/debug"];
/// Programs on the person's machine listen on whatever port is free (RFC 8252 section 7.3).
const ANY_PORT: [&str; 4] = [
    "http://127.0.0.1/callback",
    "http://localhost/callback",
    "http://127.0.0.1/oauth/callback",
    "http://localhost/oauth/callback",
];
const CLAUDE: [&str; 2] = ["https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"];

/// The authorization server, before anybody is registered at it.
pub struct AuthorizationPart {
    issuer: LoopbackIssuer,
    resources: ResourceIndicators<Resources>,
    scopes: Scope,
    pub secret: ClientSecret,
}

impl AuthorizationPart {
    /// Knows one resource, the MCP server.
    ///
    /// # Errors
    ///
    /// If issuer or resource is none.
    pub fn new(options: &Options) -> Result<Self, Failure> {
        let scopes = Scope::parse(&format!("{READ} {WRITE}"))?;
        let notes = Resource::new(&options.resource)?.scope(scopes.clone());
        Ok(Self {
            issuer: LoopbackIssuer::parse(&options.issuer)?,
            resources: ResourceIndicators::new(Resources::new([notes])?)
                .default_resource(ResourceIdentifier::parse(&options.resource)?),
            scopes,
            secret: options.secret.clone(),
        })
    }

    /// The server with its clients, and its pages.
    ///
    /// # Errors
    ///
    /// If a client cannot be registered.
    pub async fn router(self, options: &Options) -> Result<Router, Failure> {
        let Self { issuer, resources, scopes, secret } = self;
        let (offered, read) = (scopes.clone(), Scope::parse(READ)?);
        let fetcher = match options.fetcher.clone() {
            Some(fetcher) => fetcher,
            None => Fetcher::new()?,
        };
        let issuers = options.enterprise.as_deref().map(enterprise::trusted).transpose()?;
        // What is in both. For one that lasts: `.profile(Mcp)`, an `https` issuer, a store that keeps what it is given.
        let chain = AuthorizationServer::builder()
            .profile(Development::<Mcp>::new())
            .issuer(issuer)
            .storage(MemoryStore::new())
            .scopes(scopes)
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(ClientCredentials::new())
            .grant(issuers.map(|issuers| JwtBearer::id_jag(issuers, enterprise::Everybody)))
            .response_type(Code)
            .fetcher(fetcher)
            .enable(resources)
            .enable(PrivateKeyJwt::new())
            .enable(options.strangers.then(|| DynamicRegistration::new(AnyClient::new()).scope(offered.clone())))
            .enable(options.strangers.then(|| {
                let documents = ClientMetadataDocuments::new(ClientHosts::any()).scope(offered.clone());
                documents.default_scope(read)
            }))
            .enable(Introspection::new())
            .enable(Revocation::new());
        if options.introspect {
            return open(chain.build(), &secret, options).await;
        }
        let chain = chain.enable(SigningKeys::ephemeral().algorithm(Es256));
        open(chain.enable(JwtAccessTokens::new(&*options.resource)).build(), &secret, options).await
    }
}

async fn open<Sv>(server: Sv, secret: &ClientSecret, options: &Options) -> Result<Router, Failure>
where
    Sv: Administers<Authorizes = Yes> + 'static,
{
    let machine = options.machine.clone().map(machine).transpose()?;
    let enterprise = options.enterprise.as_ref().map(|_| enterprise::client(secret)).transpose()?;
    for client in clients(secret)?.into_iter().chain(machine).chain(enterprise) {
        server.register_client(client).await?;
    }
    let server = Arc::new(server);
    Ok(router_with(server.clone(), Asks { approve: options.approve }).merge(consent::router(server)))
}

/// Whom this server knows. All of them get `notes:read` unless they ask for more.
fn clients(secret: &ClientSecret) -> Result<Vec<Client>, Failure> {
    let scope = format!("{READ} {WRITE}");
    let app = |id: &str, name: &str, callbacks: &[&str]| {
        let client = callbacks.iter().fold(Client::public(id).name(name), |client, uri| client.redirect_uri(*uri));
        client.grant_types(["authorization_code", "refresh_token"]).scope(&*scope).default_scope(READ)
    };
    let machine = Client::confidential("curl", secret).grant_types(["client_credentials"]);
    Ok(vec![
        app("inspector", "MCP Inspector", &INSPECTOR).application_type(ApplicationType::Native).build()?,
        app("desktop", "A program on this machine", &ANY_PORT).application_type(ApplicationType::Native).build()?,
        app("claude", "Claude", &CLAUDE).build()?,
        machine.scope(&*scope).default_scope(READ).introspects_any_token().build()?,
    ])
}

/// A program that has a key, and no secret that somebody could send elsewhere.
fn machine(keys: serde_json::Value) -> Result<Client, Failure> {
    let machine = Client::with_keys("machine").jwks(keys).grant_types(["client_credentials"]);
    Ok(machine.scope(&*format!("{READ} {WRITE}")).default_scope(READ).build()?)
}
