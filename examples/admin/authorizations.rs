//! Authorizations: listed, shown, ended.

use std::fmt;

use grantor::storage::{FamilyId, FamilyRecord, Holder};
use grantor::{Administration, ClientId, Clock as _, Subject, SystemClock};
use serde_json::{Value, json};

use crate::arguments::{AuthorizationCommand, PageArguments};
use crate::clients::client_id;
use crate::failure::Failure;
use crate::place::Store;

pub async fn run<S: Store>(administration: &Administration<S>, command: AuthorizationCommand) -> Result<Value, Failure> {
    match command {
        AuthorizationCommand::List { of, page } => list(administration, &Whose::of(of.client, of.subject)?, page).await,
        AuthorizationCommand::Show { id } => show(administration, &id).await,
        AuthorizationCommand::End { id: Some(id), .. } => end(administration, &id).await,
        AuthorizationCommand::End { client, subject, yes, .. } => {
            end_all(administration, &Whose::of(client, subject)?, yes).await
        }
    }
}

/// Of whom, checked.
enum Whose {
    Client(ClientId),
    Subject(Subject),
}

impl Whose {
    /// The command line has one of them.
    fn of(client: Option<String>, subject: Option<String>) -> Result<Self, Failure> {
        match (client, subject) {
            (Some(id), _) => client_id(&id).map(Self::Client),
            (None, Some(name)) => Subject::new(name).map(Self::Subject).map_err(|error| Failure::input(error.to_string())),
            (None, None) => Err(Failure::input("of whom? --client or --subject")),
        }
    }

    const fn holder(&self) -> Holder<'_> {
        match self {
            Self::Client(id) => Holder::Client(id),
            Self::Subject(subject) => Holder::Subject(subject),
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => write!(f, "the client `{id}`"),
            Self::Subject(subject) => write!(f, "`{subject}`"),
        }
    }
}

fn family_id(text: &str) -> Result<FamilyId, Failure> {
    text.parse().map_err(|error| Failure::input(format!("{error}")))
}

fn shown(record: &FamilyRecord) -> Value {
    json!({
        "id": record.id().to_string(),
        "client_id": record.client_id().as_str(),
        "subject": record.subject().map(Subject::as_str),
        "username": record.username(),
        "scope": record.scope().as_str(),
        "audience": record.audience().collect::<Vec<_>>(),
        "authorization_details": record.authorization_details(),
        "begun_at": record.created_at().as_unix(),
        "descends_from": record.parent.map(|parent| parent.to_string()),
        "auth_time": record.auth_time().map(|at| at.as_unix()),
        "acr": record.acr(),
        "amr": record.amr().collect::<Vec<_>>(),
    })
}

/// A page of the store may have none although more come, so several make one of the command.
async fn list<S: Store>(administration: &Administration<S>, whose: &Whose, page: PageArguments) -> Result<Value, Failure> {
    let mut after = page.after.as_deref().map(family_id).transpose()?;
    let (mut listed, limit) = (Vec::new(), page.limit as usize);
    loop {
        let left = u32::try_from(limit - listed.len()).unwrap_or(page.limit);
        let found = administration.authorizations(whose.holder(), after.as_ref(), left).await?;
        listed.extend(found.authorizations.iter().map(shown));
        after = found.next;
        if after.is_none() || listed.len() >= limit {
            return Ok(json!({"authorizations": listed, "next": after.map(|after| after.to_string())}));
        }
    }
}

async fn show<S: Store>(administration: &Administration<S>, id: &str) -> Result<Value, Failure> {
    let found = administration.authorization(&family_id(id)?).await?.ok_or_else(|| none(id))?;
    let mut told = shown(&found.record);
    told["ended"] = (!found.is_live(SystemClock.now())).into();
    told["remembered_until"] = found.keep_until.as_unix().into();
    Ok(json!({"authorization": told}))
}

fn none(id: &str) -> Failure {
    Failure::not_found(format!("this issuer has no authorization `{id}` that has not ended"))
}

async fn end<S: Store>(administration: &Administration<S>, id: &str) -> Result<Value, Failure> {
    let ended = administration.end_authorization(&family_id(id)?).await?.ok_or_else(|| none(id))?;
    Ok(json!({"authorizations_ended": 1, "authorization": shown(&ended)}))
}

async fn end_all<S: Store>(administration: &Administration<S>, whose: &Whose, yes: bool) -> Result<Value, Failure> {
    if !yes {
        let many = Many::of(administration, whose.holder()).await?;
        if !many.is_none() {
            return Err(Failure::refused(format!("{whose} has {many}, which would end: add --yes if that is meant")));
        }
    }
    // First, so that nothing begins in one; the servers tell the clients.
    let signed_out = match whose {
        Whose::Subject(subject) => Some(administration.end_sessions(subject).await?.len()),
        Whose::Client(_) => None,
    };
    let mut told = json!({"authorizations_ended": administration.end_authorizations(whose.holder()).await?});
    if let Some(sessions) = signed_out {
        told["sessions_ended"] = sessions.into();
    }
    Ok(told)
}

/// How many authorizations there are, counted to a bound.
pub struct Many {
    count: usize,
    more: bool,
}

impl Many {
    const BOUND: usize = 1_000;

    pub async fn of_client<S: Store>(administration: &Administration<S>, id: &ClientId) -> Result<Self, Failure> {
        Self::of(administration, Holder::Client(id)).await
    }

    async fn of<S: Store>(administration: &Administration<S>, of: Holder<'_>) -> Result<Self, Failure> {
        let (mut count, mut after) = (0, None);
        while count < Self::BOUND {
            let page = administration.authorizations(of, after.as_ref(), 200).await?;
            count += page.authorizations.len();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(Self { count, more: after.is_some() })
    }

    pub const fn is_none(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { count: 1, more: false } => f.write_str("1 authorization"),
            Self { count, more: false } => write!(f, "{count} authorizations"),
            Self { count, more: true } => write!(f, "{count} authorizations or more"),
        }
    }
}
