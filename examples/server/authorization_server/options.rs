//! The command line, read by hand: a flag takes its value as `--flag value` or `--flag=value`.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use grantor::{
    AccessTokenLifetime, ClientHosts, ClientId, ClientMetadataDocuments, CodeLifetime, LifetimeError, PrivateUseSchemes,
    RefreshTokenLifetime, Resource, Resources, RetryWindow, Scope, ScopeHierarchy, Subject,
};
use http::HeaderName;
use tracing_subscriber::filter::Targets;

use crate::logging;
use crate::openid;
use crate::registration::RegistrationBy;
use crate::site::SiteIssuer;
use crate::tls::Tls;
use crate::visitor::SourceFrom;

pub const HELP: &str = "\
usage: authorization_server [FLAG ..]

  --listen ADDRESS:PORT             where to listen [127.0.0.1:8080]; port 0 takes a free one
  --issuer URL                      the issuer: http on a loopback host, or https behind a proxy or with --tls-certificate, which needs
                                    --database [http://ADDRESS:PORT as it listens, or https]
  --tls-certificate FILE            speak TLS, with the certificates in this PEM file: the server's own first
  --tls-key FILE                    its private key (PEM)
  --client-ca FILE                  with these two: clients may authenticate with certificates that the authorities in this PEM file issued
                                    (tls_client_auth, RFC 8705), and tokens may be bound to them; with the profiles oauth21 (and neither
                                    --jwt nor --openid) and fapi2
  --mtls                            the same with certificates that clients signed themselves, and registered
  --database FILE|postgres://URL    keep codes, tokens and authorizations in this SQLite file, or in this PostgreSQL database, which
                                    several servers may share [in memory]
  --clients FILE                    a JSON array of client metadata (RFC 7591); a client without secret has its keys in jwks, or where
                                    jwks_uri says
  --client-documents any|LIST       clients may be URLs of documents that describe them (client ID metadata documents): of any host, or of
                                    these, separated by commas, such as apps.example.com,*.partner.example [none]
  --local-documents PORT            for development: what clients name (jwks_uri, --client-documents) may be on this machine or in its network,
                                    at this port too; authorities are those of SSL_CERT_FILE; only where the issuer is http [the public
                                    internet, port 443]
  --users FILE                      a JSON array of {\"username\", \"password\", \"claims\"}
  --samples                         add a sample user, whose password everybody knows, and sample clients [only where the issuer is http
                                    and neither file is named]
  --name TEXT                       what the pages call this server [the host of the issuer]
  --scopes LIST                     the scopes that exist, separated by commas [read,write]
  --scope-implies SCOPE=SCOPES      whoever has this one needs none of these, separated by commas, such as write=read; to be repeated [each is
                                    itself]
  --resource URI=SCOPES             an API for which clients may ask for tokens (RFC 8707), and the scopes that it knows, separated by
                                    commas; to be repeated. Without scopes it knows all [tokens are for no API in particular]
  --agent ID                        this client may act for people: it exchanges the tokens of those who sign in from now on for its own (RFC
                                    8693), which say so; with the profile oauth21 [nobody exchanges]
  --private-use-schemes LIST        schemes without a period to which clients may be sent back, separated by commas, such as
                                    cursor,vscode [none]
  --registration open|token         clients register themselves at /register (RFC 7591): anybody's, or those of whoever has the text in the
                                    variable REGISTRATION_TOKEN as a bearer token [nobody does]
  --par                             clients may push their authorization requests to /par (RFC 9126), and those have to that registered
                                    require_pushed_authorization_requests
  --rar                             clients may ask for a payment, or for accounts to look at (RFC 9396), if they have registered
                                    authorization_details_types payment_initiation and account_information; the sample app does
  --device                          devices without a browser ask for codes at /device_authorization (RFC 8628), which people type at /device;
                                    with --samples /sample-device is one
  --jwt                             access tokens are JWTs (RFC 9068) that APIs check by themselves; with the profile oauth21
  --dpop                            /me and /api/echo take no bearer tokens, but those that are bound to a key of their client (DPoP, RFC
                                    9449): clients get such by sending proofs, with or without this flag; always with the profile fapi2
  --openid                          OpenID Connect as well, beside --jwt too: ID tokens, /userinfo, signing out, and the scopes openid,
                                    profile and email; the claims are those of the users [with --database it needs --signing-keys store]
  --signing-keys store|FILE         with --jwt or --openid: sign with keys that are kept in the database, sealed under the secret in the
                                    variable MASTER_KEYS, and replace each other; or, with --jwt only, with the P-256 key in this PEM
                                    file (PKCS#8) [a key that is gone when this stops, only where the issuer is http]
  --profile oauth21|fapi2|rfc6749   how strict [oauth21]; fapi2 is the FAPI 2.0 Security Profile: pushed requests, tokens bound to keys,
                                    and clients with keys (jwks or jwks_uri in --clients) alone; rfc6749 adds the password and implicit
                                    grants, and makes PKCE optional
  --access-token-lifetime SECONDS   [600]
  --refresh-token-lifetime SECONDS  [1209600]
  --code-lifetime SECONDS           [60]
  --source-header NAME              where the proxy says for whom it asks, such as x-forwarded-for, whose last address counts; limits
                                    attempts to sign in for each source [the connection; behind a proxy they are not told apart]
  --retry-window SECONDS            how long a refresh token may be presented again [5]; 0 turns that off
  --end-client ID                   at the start, end all that this client has: after it was taken out of the file, or lost its secret;
                                    may be repeated
  --end-person NAME                 at the start, end all that this person allowed, by the username or the claim sub; may be repeated
  --rate-limits                     answer only so many requests of a source, and of a client, at the endpoints for programs [all]; behind a
                                    proxy it needs --source-header
  --metrics ADDRESS:PORT            show counters and latencies to Prometheus, at /metrics of this address, which is not for the world [nobody
                                    counts]
  --log FILTER                      what to log: a level, or levels by target [RUST_LOG, or info,grantor=warn,access=off]; with info each
                                    request and each token is a line
  --strict                          end if an entry of a file cannot be served, instead of leaving it out
  --auto-approve                    for development: approve everything as the first user, without a page
  --help                            show this";

/// What was decided on the command line.
#[derive(Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub issuer: Option<SiteIssuer>,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub client_ca: Option<PathBuf>,
    pub mtls: bool,
    pub database: Option<Database>,
    pub clients: Option<PathBuf>,
    pub client_hosts: Option<ClientHosts>,
    pub local_documents: Option<u16>,
    pub users: Option<PathBuf>,
    pub samples: bool,
    pub name: Option<String>,
    pub scopes: Scope,
    /// What implies what.
    pub implications: Vec<(Scope, Scope)>,
    pub resources: Vec<Resource>,
    pub agent: Option<ClientId>,
    pub private_use_schemes: PrivateUseSchemes,
    pub registration: Option<RegistrationBy>,
    pub jwt: bool,
    pub dpop: bool,
    /// Are there details to ask for?
    pub rar: bool,
    pub openid: bool,
    pub par: bool,
    pub device: bool,
    pub signing_keys: Option<SigningKeysFrom>,
    pub profile: ProfileName,
    pub access_token_lifetime: AccessTokenLifetime,
    pub refresh_token_lifetime: RefreshTokenLifetime,
    pub code_lifetime: CodeLifetime,
    pub retry_window: RetryWindow,
    pub source_header: Option<HeaderName>,
    pub end_clients: Vec<ClientId>,
    pub end_people: Vec<Subject>,
    pub rate_limits: bool,
    pub metrics: Option<SocketAddr>,
    pub log: Option<Targets>,
    pub strict: bool,
    pub auto_approve: bool,
}

/// Where things are kept, if not in memory.
#[derive(Clone)]
pub enum Database {
    File(PathBuf),
    /// The URL has a password in it, perhaps.
    Postgres(String),
}

impl Database {
    /// A file may be written as other programs write it, with `sqlite:` or `sqlite://` in front. What else looks like a URL is not
    /// the name of a file, and is not shown, as there may be a password in it.
    fn parse(value: &str) -> Result<Self, String> {
        let path = match value.split_once(':') {
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => return Ok(Self::Postgres(value.to_owned())),
            Some(("sqlite", rest)) => rest.strip_prefix("//").unwrap_or(rest),
            // One letter is a drive.
            Some((scheme, _)) if scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                return Err(format!("`{scheme}:` is no database that is known here: name a file, or write postgres://.."));
            }
            _ => value,
        };
        match path {
            ":memory:" => Err("leave the flag out to keep everything in memory".to_owned()),
            path if path.contains('?') => Err(format!("`{path}`: a file takes no parameters")),
            path => Ok(Self::File(file(path)?)),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(_) => f.write_str("postgres://.."),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileName {
    OAuth21,
    Fapi2,
    Rfc6749,
}

/// Where the keys are with which JWTs are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningKeysFrom {
    Store,
    File(PathBuf),
}

impl Options {
    /// `None` if only the help was asked for.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, String> {
        let mut options = Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            issuer: None,
            tls_certificate: None,
            tls_key: None,
            client_ca: None,
            mtls: false,
            database: None,
            clients: None,
            client_hosts: None,
            local_documents: None,
            users: None,
            samples: false,
            name: None,
            scopes: scopes("read,write")?,
            implications: Vec::new(),
            resources: Vec::new(),
            agent: None,
            private_use_schemes: PrivateUseSchemes::default(),
            registration: None,
            jwt: false,
            dpop: false,
            rar: false,
            openid: false,
            par: false,
            device: false,
            signing_keys: None,
            profile: ProfileName::OAuth21,
            access_token_lifetime: AccessTokenLifetime::DEFAULT,
            refresh_token_lifetime: RefreshTokenLifetime::DEFAULT,
            code_lifetime: CodeLifetime::DEFAULT,
            retry_window: RetryWindow::DEFAULT,
            source_header: None,
            end_clients: Vec::new(),
            end_people: Vec::new(),
            rate_limits: false,
            metrics: None,
            log: None,
            strict: false,
            auto_approve: false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let argument = text(argument)?;
            let (flag, attached) = match argument.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            if matches!(flag, "--help" | "-h") {
                return Ok(None);
            }
            if let Some(switch) = options.switch(flag) {
                match attached {
                    None => *switch = true,
                    Some(_) => return Err(format!("{flag} takes no value")),
                }
                continue;
            }
            if !HELP.contains(&format!("\n  {flag} ")) {
                return Err(format!("unknown argument `{argument}`"));
            }
            let value = match attached {
                Some(value) => value,
                None => text(arguments.next().ok_or_else(|| format!("{flag} needs a value"))?)?,
            };
            options.set(flag, &value).map_err(|problem| format!("{flag}: {problem}"))?;
        }
        options.check()?;
        if options.openid {
            let all = options.scopes.iter().chain(openid::SCOPES);
            options.scopes = Scope::from_tokens(all).map_err(|error| error.to_string())?;
        }
        Ok(Some(options))
    }

    fn switch(&mut self, flag: &str) -> Option<&mut bool> {
        match flag {
            "--samples" => Some(&mut self.samples),
            "--jwt" => Some(&mut self.jwt),
            "--par" => Some(&mut self.par),
            "--rar" => Some(&mut self.rar),
            "--device" => Some(&mut self.device),
            "--dpop" => Some(&mut self.dpop),
            "--openid" => Some(&mut self.openid),
            "--strict" => Some(&mut self.strict),
            "--mtls" => Some(&mut self.mtls),
            "--rate-limits" => Some(&mut self.rate_limits),
            "--auto-approve" => Some(&mut self.auto_approve),
            _ => None,
        }
    }

    fn set(&mut self, flag: &str, value: &str) -> Result<(), String> {
        match flag {
            "--listen" => self.listen = address(value)?,
            "--metrics" => self.metrics = Some(address(value)?),
            "--issuer" => self.issuer = Some(SiteIssuer::parse(value)?),
            "--tls-certificate" => self.tls_certificate = Some(file(value)?),
            "--tls-key" => self.tls_key = Some(file(value)?),
            "--client-ca" => self.client_ca = Some(file(value)?),
            "--database" => self.database = Some(Database::parse(value)?),
            "--clients" => self.clients = Some(file(value)?),
            "--client-documents" => self.client_hosts = Some(client_hosts(value)?),
            "--local-documents" => {
                self.local_documents = Some(value.parse().map_err(|_| format!("`{value}` is not a port"))?);
            }
            "--users" => self.users = Some(file(value)?),
            "--name" => self.name = Some(value.to_owned()),
            "--scopes" => self.scopes = scopes(value)?,
            "--scope-implies" => {
                let (token, implied) = value.split_once('=').ok_or_else(|| format!("`{value}` is not SCOPE=SCOPES"))?;
                self.implications.push((scopes(token)?, scopes(implied)?));
            }
            "--resource" => self.resources.push(resource(value)?),
            "--agent" => self.agent = Some(client_id(value)?),
            "--private-use-schemes" => {
                let schemes = PrivateUseSchemes::new(value.split(','));
                self.private_use_schemes = schemes.map_err(|error| error.to_string())?;
            }
            "--registration" => {
                self.registration = Some(match value {
                    "open" => RegistrationBy::Anybody,
                    "token" => RegistrationBy::Token,
                    other => return Err(format!("`{other}` is not one of open and token")),
                });
            }
            "--signing-keys" => {
                self.signing_keys = Some(match value {
                    "store" => SigningKeysFrom::Store,
                    path => SigningKeysFrom::File(file(path)?),
                });
            }
            "--profile" => {
                self.profile = match value {
                    "oauth21" => ProfileName::OAuth21,
                    "fapi2" => ProfileName::Fapi2,
                    "rfc6749" => ProfileName::Rfc6749,
                    other => return Err(format!("`{other}` is not a profile: oauth21, fapi2 or rfc6749")),
                }
            }
            "--access-token-lifetime" => self.access_token_lifetime = seconds(value, AccessTokenLifetime::from_secs)?,
            "--refresh-token-lifetime" => self.refresh_token_lifetime = seconds(value, RefreshTokenLifetime::from_secs)?,
            "--code-lifetime" => self.code_lifetime = seconds(value, CodeLifetime::from_secs)?,
            "--source-header" => {
                self.source_header = Some(value.parse().map_err(|_| format!("`{value}` is not the name of a header"))?);
            }
            "--end-client" => self.end_clients.push(client_id(value)?),
            "--end-person" => self.end_people.push(Subject::new(value).map_err(|error| error.to_string())?),
            "--log" => self.log = Some(logging::parse(value)?),
            "--retry-window" => self.retry_window = seconds(value, RetryWindow::from_secs)?,
            _ => return Err("unknown".to_owned()),
        }
        Ok(())
    }

    /// Where to read the source of a request.
    pub fn sources(&self) -> SourceFrom {
        match (&self.source_header, &self.issuer) {
            (Some(name), _) => SourceFrom::Header(name.clone()),
            // A proxy is what talks to us.
            (None, Some(SiteIssuer::Https(_))) if self.tls_certificate.is_none() => SourceFrom::Nowhere,
            (None, _) => SourceFrom::Connection,
        }
    }

    /// How it is reached where it listens.
    pub const fn scheme(&self) -> &'static str {
        if self.tls_certificate.is_some() { "https" } else { "http" }
    }

    /// TLS, if it is spoken here.
    pub fn tls(&self) -> Result<Option<Tls>, String> {
        let (client_ca, any_client) = (self.client_ca.clone(), self.mtls);
        match (self.tls_certificate.clone(), self.tls_key.clone()) {
            (Some(certificate), Some(key)) => Ok(Some(Tls { certificate, key, client_ca, any_client })),
            (None, None) if !any_client && client_ca.is_none() => Ok(None),
            (None, None) => Err("--client-ca and --mtls need --tls-certificate and --tls-key".to_owned()),
            _ => Err("--tls-certificate and --tls-key go together".to_owned()),
        }
    }

    /// Can clients have certificates?
    pub fn has_certificates(&self) -> bool {
        self.mtls || self.client_ca.is_some()
    }

    /// What clients may ask for, if there is anything.
    pub fn resources(&self) -> Result<Option<Resources>, String> {
        let some = !self.resources.is_empty();
        some.then(|| Resources::new(self.resources.iter().cloned())).transpose().map_err(|error| format!("--resource: {error}"))
    }

    /// What the scopes imply.
    pub fn scope_hierarchy(&self) -> Result<ScopeHierarchy, String> {
        let implications = self.implications.iter().map(|(token, implied)| (token.as_str(), implied.as_str()));
        ScopeHierarchy::new(implications).map_err(|error| format!("--scope-implies: {error}"))
    }

    /// What clients are URLs, if any are, and what is offered to them: all scopes that exist.
    pub fn client_documents(&self) -> Option<ClientMetadataDocuments<ClientHosts>> {
        let hosts = self.client_hosts.clone()?;
        Some(ClientMetadataDocuments::new(hosts).scope(self.scopes.clone()))
    }

    /// Are there a user and clients that everybody knows?
    pub fn has_samples(&self) -> bool {
        let is_https = self.is_https();
        self.samples || (!is_https && self.clients.is_none() && self.users.is_none())
    }

    /// Is it reached over TLS, whoever speaks it?
    fn is_https(&self) -> bool {
        match &self.issuer {
            Some(issuer) => !issuer.is_loopback(),
            None => self.tls_certificate.is_some(),
        }
    }

    /// What contradicts what.
    fn check(&self) -> Result<(), String> {
        let https = self.is_https();
        if self.tls()?.is_some_and(|tls| tls.asks_for_certificates()) {
            let is_plain = self.profile == ProfileName::OAuth21 && !self.jwt && !self.openid;
            if !https || !(is_plain || self.profile == ProfileName::Fapi2) {
                return Err(
                    "--client-ca and --mtls need an https issuer, and a profile of oauth21 (without --jwt and --openid) or fapi2"
                        .to_owned(),
                );
            }
        }
        if https && self.database.is_none() {
            return Err("an https issuer needs --database: what people rely on must not be gone with the process".to_owned());
        }
        if https && self.local_documents.is_some() {
            return Err("--local-documents needs an http issuer: strangers must not send requests into this network".to_owned());
        }
        self.scope_hierarchy()?;
        let mut implications = self.implications.iter().flat_map(|(token, implied)| token.iter().chain(implied.iter()));
        if let Some(unknown) = implications.find(|token| !self.scopes.contains(token)) {
            return Err(format!("--scope-implies: the scope `{unknown}` is not among --scopes"));
        }
        self.resources()?;
        for resource in &self.resources {
            let unknown = resource.known_scope().and_then(|scope| scope.iter().find(|token| !self.scopes.contains(token)));
            if let Some(unknown) = unknown {
                let name = resource.identifier();
                return Err(format!("--resource: `{name}` knows the scope `{unknown}`, which is not among --scopes"));
            }
        }
        // Passwords and tokens travel in the clear here. Under an https issuer a proxy, wherever it runs, is what talks to us.
        if !https && !self.listen.ip().is_loopback() {
            let address = self.listen;
            return Err(format!("{address} is not a loopback address; to be reached by others take an https issuer and a proxy"));
        }
        if self.agent.is_some() && self.profile != ProfileName::OAuth21 {
            return Err("--agent needs the profile oauth21".to_owned());
        }
        if self.registration.is_some() && self.profile == ProfileName::Fapi2 {
            return Err("--registration needs another profile than fapi2: strangers have no keys that anybody vetted".to_owned());
        }
        if self.dpop && self.profile == ProfileName::Rfc6749 {
            return Err("--dpop needs another profile: legacy clients get bearer tokens here".to_owned());
        }
        self.check_keys(https)
    }

    fn check_keys(&self, https: bool) -> Result<(), String> {
        let problem = match &self.signing_keys {
            _ if self.openid => return self.check_openid(https),
            Some(_) if !self.jwt => "--signing-keys needs --jwt or --openid: nothing else here is signed",
            _ if !self.jwt => return Ok(()),
            _ if self.profile != ProfileName::OAuth21 => "--jwt needs the profile oauth21: legacy clients get opaque tokens here",
            None if https => "an https issuer with --jwt needs --signing-keys: tokens must not lose their key with the process",
            Some(SigningKeysFrom::Store) if self.database.is_none() => {
                "--signing-keys store needs --database, where keys are kept"
            }
            _ => return Ok(()),
        };
        Err(problem.to_owned())
    }

    fn check_openid(&self, https: bool) -> Result<(), String> {
        let problem = match &self.signing_keys {
            _ if self.profile != ProfileName::OAuth21 => "--openid needs the profile oauth21",
            Some(SigningKeysFrom::File(_)) => "--openid keeps its keys itself: --signing-keys store",
            None if https || self.database.is_some() => {
                "--openid with --database needs --signing-keys store: what is signed must not lose its key with the process"
            }
            Some(SigningKeysFrom::Store) if self.database.is_none() => {
                "--signing-keys store needs --database, where keys are kept"
            }
            _ => return Ok(()),
        };
        Err(problem.to_owned())
    }
}

fn text(argument: OsString) -> Result<String, String> {
    argument.into_string().map_err(|argument| format!("not UTF-8: {}", argument.display()))
}

fn address(value: &str) -> Result<SocketAddr, String> {
    value.parse().map_err(|_| format!("`{value}` is not an address with a port"))
}

fn file(value: &str) -> Result<PathBuf, String> {
    if value.is_empty() { Err("the name of the file is empty".to_owned()) } else { Ok(value.into()) }
}

fn scopes(list: &str) -> Result<Scope, String> {
    let tokens = list.split([',', ' ']).filter(|token| !token.is_empty());
    let scopes = Scope::from_tokens(tokens).map_err(|error| error.to_string())?;
    if scopes.is_empty() { Err("name at least one scope".to_owned()) } else { Ok(scopes) }
}

fn client_hosts(value: &str) -> Result<ClientHosts, String> {
    match value {
        "any" => Ok(ClientHosts::any()),
        list => ClientHosts::only(list.split(',')).map_err(|error| error.to_string()),
    }
}

/// The URI may have a `=` itself.
fn client_id(value: &str) -> Result<ClientId, String> {
    ClientId::parse(value).map_err(|_| format!("`{value}` cannot be the identifier of a client"))
}

fn resource(value: &str) -> Result<Resource, String> {
    let (uri, list) = value.rsplit_once('=').filter(|(uri, _)| !uri.is_empty()).unwrap_or((value, ""));
    let resource = Resource::new(uri).map_err(|error| format!("`{uri}`: {error}"))?;
    Ok(if list.is_empty() { resource } else { resource.scope(scopes(list)?) })
}

/// A lifetime; the error names its bounds.
fn seconds<T>(value: &str, lifetime: fn(u64) -> Result<T, LifetimeError>) -> Result<T, String> {
    let bounds = || match lifetime(u64::MAX) {
        Err(LifetimeError { min, max, .. }) => format!(", from {min} to {max}"),
        Ok(_) => String::new(),
    };
    let number = value.parse().map_err(|_| format!("`{value}` is not a whole number of seconds{}", bounds()))?;
    lifetime(number).map_err(|error| error.to_string())
}
