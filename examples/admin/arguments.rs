//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};

/// Clients, authorizations, signing keys and the schema of an authorization server's store.
#[derive(Debug, Parser)]
#[command(name = "grantor-admin", version, after_help = HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

const HELP: &str = "What must not stand in the list of processes is read from the environment:
  GRANTOR_STORE        for --store: a URL with a password
  GRANTOR_ISSUER       for --issuer
  GRANTOR_MASTER_KEYS  for --master-keys-file

An identifier that looks like an option comes behind `--`.

The result goes to standard output, progress and errors to standard error. Exit codes:
  0  done
  1  the store failed, or the result could not be written
  2  what was given is wrong
  3  there is no such thing
  4  refused: it is there already, was changed meanwhile, or needs --yes
  5  the store has no schema that this release serves
  6  the store is locked or cannot be reached: try again";

#[derive(Debug, Args)]
pub struct Common {
    /// `sqlite:PATH`, or `postgres://USER@HOST/DATABASE`. Or in GRANTOR_STORE
    #[arg(long, global = true, value_name = "STORE")]
    pub store: Option<String>,
    /// The issuer whose clients, authorizations and keys they are, as the server has it. Or in GRANTOR_ISSUER
    #[arg(long, global = true, value_name = "URL")]
    pub issuer: Option<String>,
    /// The schema in PostgreSQL
    #[arg(long, global = true, value_name = "NAME", default_value = "grantor")]
    pub schema: String,
    /// A role to which the schema may belong beside the connected one
    #[arg(long, global = true, value_name = "ROLE")]
    pub schema_owner: Option<String>,
    /// JSON on standard output, errors and progress as JSON lines on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress
    #[arg(long, global = true)]
    pub quiet: bool,
    /// The events of the library on standard error, as text
    #[arg(long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Registers, shows, changes and removes clients
    #[command(subcommand)]
    Client(ClientCommand),
    /// Lists, shows and ends what people and clients authorized
    #[command(subcommand)]
    Authorization(AuthorizationCommand),
    /// Lists, rotates and drops stored signing keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Removes expired rows of all issuers
    Purge,
    /// Checks the schema of the store, and brings it up to date
    #[command(subcommand)]
    Schema(SchemaCommand),
}

#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Registers a client in place of none; a new secret is in the result, and nowhere else
    Register(RegisterArguments),
    /// Shows a client
    Show {
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Lists clients by their identifiers
    List(PageArguments),
    /// Changes what a client registered; its secrets stay
    Change {
        #[arg(allow_hyphen_values = true)]
        id: String,
        #[command(flatten)]
        metadata: MetadataArguments,
    },
    /// Gives a client a new secret, which is in the result, and nowhere else
    RotateSecret {
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// For how many seconds the secret before it stays good. Without this it ends at once
        #[arg(long, value_name = "SECONDS")]
        keep_previous_for: Option<u64>,
    },
    /// Removes a client, and ends all that it has
    Remove {
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// Also if authorizations end with it
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub struct RegisterArguments {
    /// Its identifier. Without this a random one
    #[arg(long, allow_hyphen_values = true)]
    pub id: Option<String>,
    /// A client that cannot keep a secret: `--auth-method none`
    #[arg(long, conflicts_with = "auth_method")]
    pub public: bool,
    #[command(flatten)]
    pub metadata: MetadataArguments,
}

#[derive(Debug, Args)]
pub struct MetadataArguments {
    /// Members of RFC 7591 section 2 as JSON, in a file or (`-`) on standard input; for `change` a merge patch (RFC 7396: `null` removes
    /// a member). The options below go before what is in it
    #[arg(long, value_name = "FILE")]
    pub metadata: Option<PathBuf>,
    /// The name that people are shown
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    #[arg(long = "grant-type", value_name = "NAME")]
    pub grant_types: Vec<String>,
    #[arg(long = "response-type", value_name = "NAME")]
    pub response_types: Vec<String>,
    /// Scope tokens, separated by spaces
    #[arg(long)]
    pub scope: Option<String>,
    /// `token_endpoint_auth_method`. Without it `client_secret_basic`
    #[arg(long, value_name = "METHOD")]
    pub auth_method: Option<String>,
}

#[derive(Debug, Args)]
pub struct PageArguments {
    /// Those that come after this identifier: `next` of the page before
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub after: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

#[derive(Debug, Subcommand)]
pub enum AuthorizationCommand {
    /// Lists what a client or a person has and nobody ended
    List {
        #[command(flatten)]
        of: HolderArguments,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Shows an authorization, also one that has ended, until it is forgotten
    Show {
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Ends one authorization, with what descends from it, or all of a client, or of a person with their sign-ins
    #[command(group = ArgGroup::new("which").required(true).args(["id", "client", "subject"]))]
    End {
        #[arg(allow_hyphen_values = true)]
        id: Option<String>,
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        client: Option<String>,
        #[arg(long, allow_hyphen_values = true)]
        subject: Option<String>,
        /// For all of a client or a person
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct HolderArguments {
    /// What was issued to this client
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub client: Option<String>,
    /// What this person authorized
    #[arg(long, allow_hyphen_values = true)]
    pub subject: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Lists the stored signing keys
    List,
    /// Announces the next key of each algorithm before it is due
    Rotate {
        /// Of this algorithm, such as ES256. Without it: of each that has a key
        #[arg(long = "algorithm", value_name = "NAME")]
        algorithms: Vec<String>,
        /// The master keys of the server in a file. Or in GRANTOR_MASTER_KEYS
        #[arg(long, value_name = "FILE")]
        master_keys_file: Option<PathBuf>,
        /// For how long the key is announced before it signs, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 14 * 86_400)]
        announce_for: u64,
        /// For how long it signs, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 90 * 86_400)]
        sign_for: u64,
    },
    /// Withdraws a key at once, as after a compromise: tokens that it signed are good no more
    Drop {
        #[arg(allow_hyphen_values = true)]
        kid: String,
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Says which schema the store has, and what of it is missing; changes nothing
    Check,
    /// Makes the schema, or brings it up to date
    Migrate {
        /// Also where there is none yet
        #[arg(long)]
        create: bool,
    },
}
