//! The command line, read by hand: a flag takes its value as `--flag value` or `--flag=value`.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use grantor::{AccessTokenLifetime, CodeLifetime, LifetimeError, PrivateUseSchemes, RefreshTokenLifetime, RetryWindow, Scope};
use http::HeaderName;

use crate::site::SiteIssuer;
use crate::visitor::SourceFrom;

pub const HELP: &str = "\
usage: authorization_server [FLAG ..]

  --listen ADDRESS:PORT             where to listen [127.0.0.1:8080]; port 0 takes a free one
  --issuer URL                      the issuer: http on a loopback host, or https behind a proxy, which needs --database
                                    [http://ADDRESS:PORT as it listens]
  --database FILE|postgres://URL    keep codes, tokens and authorizations in this SQLite file, or in this PostgreSQL database, which
                                    several servers may share [in memory]
  --clients FILE                    a JSON array of client metadata (RFC 7591) [samples]
  --users FILE                      a JSON array of {\"username\", \"password\", \"claims\"} [a sample]
  --scopes LIST                     the scopes that exist, separated by commas [read,write]
  --private-use-schemes LIST        schemes without a period to which clients may be sent back, separated by commas, such as
                                    cursor,vscode [none]
  --profile oauth21|rfc6749         how strict [oauth21]; rfc6749 adds the password and implicit grants, and makes PKCE optional
  --access-token-lifetime SECONDS   [600]
  --refresh-token-lifetime SECONDS  [1209600]
  --code-lifetime SECONDS           [60]
  --source-header NAME              where the proxy says for whom it asks, such as x-forwarded-for, whose last address counts; limits
                                    attempts to sign in for each source [the connection; behind a proxy they are not told apart]
  --retry-window SECONDS            how long a refresh token may be presented again [5]; 0 turns that off
  --strict                          end if an entry of a file cannot be served, instead of leaving it out
  --auto-approve                    for development: approve everything as the first user, without a page
  --help                            show this";

/// What was decided on the command line.
#[derive(Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub issuer: Option<SiteIssuer>,
    pub database: Option<Database>,
    pub clients: Option<PathBuf>,
    pub users: Option<PathBuf>,
    pub scopes: Scope,
    pub private_use_schemes: PrivateUseSchemes,
    pub profile: ProfileName,
    pub access_token_lifetime: AccessTokenLifetime,
    pub refresh_token_lifetime: RefreshTokenLifetime,
    pub code_lifetime: CodeLifetime,
    pub retry_window: RetryWindow,
    pub source_header: Option<HeaderName>,
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
    fn parse(value: &str) -> Result<Self, String> {
        let is_url = value.starts_with("postgres://") || value.starts_with("postgresql://");
        Ok(if is_url { Self::Postgres(value.to_owned()) } else { Self::File(file(value)?) })
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
    Rfc6749,
}

impl Options {
    /// `None` if only the help was asked for.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, String> {
        let mut options = Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            issuer: None,
            database: None,
            clients: None,
            users: None,
            scopes: scopes("read,write")?,
            private_use_schemes: PrivateUseSchemes::default(),
            profile: ProfileName::OAuth21,
            access_token_lifetime: AccessTokenLifetime::DEFAULT,
            refresh_token_lifetime: RefreshTokenLifetime::DEFAULT,
            code_lifetime: CodeLifetime::DEFAULT,
            retry_window: RetryWindow::DEFAULT,
            source_header: None,
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
        Ok(Some(options))
    }

    fn switch(&mut self, flag: &str) -> Option<&mut bool> {
        match flag {
            "--strict" => Some(&mut self.strict),
            "--auto-approve" => Some(&mut self.auto_approve),
            _ => None,
        }
    }

    fn set(&mut self, flag: &str, value: &str) -> Result<(), String> {
        match flag {
            "--listen" => self.listen = value.parse().map_err(|_| format!("`{value}` is not an address with a port"))?,
            "--issuer" => self.issuer = Some(SiteIssuer::parse(value)?),
            "--database" => self.database = Some(Database::parse(value)?),
            "--clients" => self.clients = Some(file(value)?),
            "--users" => self.users = Some(file(value)?),
            "--scopes" => self.scopes = scopes(value)?,
            "--private-use-schemes" => {
                let schemes = PrivateUseSchemes::new(value.split(','));
                self.private_use_schemes = schemes.map_err(|error| error.to_string())?;
            }
            "--profile" => {
                self.profile = match value {
                    "oauth21" => ProfileName::OAuth21,
                    "rfc6749" => ProfileName::Rfc6749,
                    other => return Err(format!("`{other}` is not a profile: oauth21 or rfc6749")),
                }
            }
            "--access-token-lifetime" => self.access_token_lifetime = seconds(value, AccessTokenLifetime::from_secs)?,
            "--refresh-token-lifetime" => self.refresh_token_lifetime = seconds(value, RefreshTokenLifetime::from_secs)?,
            "--code-lifetime" => self.code_lifetime = seconds(value, CodeLifetime::from_secs)?,
            "--source-header" => {
                self.source_header = Some(value.parse().map_err(|_| format!("`{value}` is not the name of a header"))?);
            }
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
            (None, Some(SiteIssuer::Https(_))) => SourceFrom::Nowhere,
            (None, _) => SourceFrom::Connection,
        }
    }

    /// What contradicts what.
    fn check(&self) -> Result<(), String> {
        let https = matches!(self.issuer, Some(SiteIssuer::Https(_)));
        if https && self.database.is_none() {
            return Err("an https issuer needs --database: what people rely on must not be gone with the process".to_owned());
        }
        // Passwords and tokens travel in the clear here. Under an https issuer a proxy, wherever it runs, is what talks to us.
        if !https && !self.listen.ip().is_loopback() {
            let address = self.listen;
            return Err(format!("{address} is not a loopback address; to be reached by others take an https issuer and a proxy"));
        }
        Ok(())
    }
}

fn text(argument: OsString) -> Result<String, String> {
    argument.into_string().map_err(|argument| format!("not UTF-8: {}", argument.display()))
}

fn file(value: &str) -> Result<PathBuf, String> {
    if value.is_empty() { Err("the name of the file is empty".to_owned()) } else { Ok(value.into()) }
}

fn scopes(list: &str) -> Result<Scope, String> {
    let tokens = list.split([',', ' ']).filter(|token| !token.is_empty());
    let scopes = Scope::from_tokens(tokens).map_err(|error| error.to_string())?;
    if scopes.is_empty() { Err("name at least one scope".to_owned()) } else { Ok(scopes) }
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
