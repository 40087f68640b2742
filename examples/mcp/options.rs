//! What the command line says.

use std::net::SocketAddr;

use grantor::{ClientSecret, Fetcher};

use crate::Failure;

/// What `--help` prints.
pub const HELP: &str = "\
An MCP server, and the authorization server that its clients look for.

  --listen ADDRESS      where to listen (127.0.0.1:8000)
  --introspect          opaque tokens, which the MCP server asks the authorization server about; without this JWTs, which it verifies
  --part authorization  only the authorization server
  --part mcp            only the MCP server
  --issuer URL          the authorization server, where it is elsewhere (with --part mcp)
  --resource URL        the MCP server, where it is elsewhere (with --part authorization)
  --enterprise URL      a program of a company: `enterprise`, for whose people the identity provider at the URL vouches
  --machine FILE        a program that signs in with a key: `machine`, whose public keys are in the file (a JWK Set)
  --registered-only     only clients that this program knows: none registers itself, none is the URL of a document
  --approve             nobody is asked: every request is allowed, for tests

With two processes and --introspect both need the environment variable MCP_SECRET, of 32 characters or more.
";

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The authorization server.
    Authorization,
    /// The MCP server.
    Mcp,
}

/// What the program is to be.
#[derive(Debug, Clone)]
pub struct Options {
    pub listen: SocketAddr,
    pub part: Option<Part>,
    /// The issuer of the authorization server.
    pub issuer: String,
    /// The URL of the MCP server, which is what tokens are for.
    pub resource: String,
    pub introspect: bool,
    pub approve: bool,
    /// Clients that nobody registered may come: they register themselves, or their identifier is the URL of a document.
    pub strangers: bool,
    /// The issuer of an identity provider that vouches for people (ID-JAGs).
    pub enterprise: Option<String>,
    /// The public keys of a program that authenticates with them: a JWK Set (RFC 7517 section 5).
    pub machine: Option<serde_json::Value>,
    /// The way to such documents; that of the network, unless a test has another.
    pub fetcher: Option<Fetcher>,
    /// With which the MCP server, and whoever tries `curl`, is known to the authorization server.
    pub secret: ClientSecret,
}

impl Options {
    /// Both parts in one process, at this address.
    ///
    /// # Errors
    ///
    /// None that an address can cause.
    pub fn at(listen: SocketAddr) -> Result<Self, Failure> {
        Self::read(["--listen".to_owned(), listen.to_string()])?.ok_or_else(|| "no options".into())
    }

    /// Reads the command line; `None` if it asks for help.
    ///
    /// # Errors
    ///
    /// If there is anything else in it.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, Failure> {
        let mut listen = SocketAddr::from(([127, 0, 0, 1], 8000));
        let (mut part, mut issuer, mut resource, mut machine, mut enterprise) = (None, None, None, None, None);
        let (mut introspect, mut approve, mut strangers) = (false, false, true);
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--help" | "-h" => return Ok(None),
                "--introspect" => introspect = true,
                "--approve" => approve = true,
                "--registered-only" => strangers = false,
                "--listen" => listen = value()?.parse()?,
                "--issuer" => issuer = Some(value()?),
                "--resource" => resource = Some(value()?),
                "--enterprise" => enterprise = Some(value()?),
                "--machine" => machine = Some(serde_json::from_slice(&std::fs::read(value()?)?)?),
                "--part" => part = Some(part_named(&value()?)?),
                other => return Err(format!("what is {other}? --help says what there is").into()),
            }
        }
        let own = format!("http://{listen}");
        let secret = match std::env::var("MCP_SECRET") {
            Ok(secret) => ClientSecret::parse(secret)?,
            Err(_) => ClientSecret::generate(),
        };
        let issuer = issuer.unwrap_or_else(|| own.clone());
        let resource = resource.unwrap_or_else(|| format!("{own}/mcp"));
        Ok(Some(Self {
            listen,
            part,
            issuer,
            resource,
            introspect,
            approve,
            strangers,
            enterprise,
            machine,
            fetcher: None,
            secret,
        }))
    }
}

fn part_named(name: &str) -> Result<Part, Failure> {
    match name {
        "authorization" => Ok(Part::Authorization),
        "mcp" => Ok(Part::Mcp),
        other => Err(format!("there is no part {other}: authorization or mcp").into()),
    }
}
