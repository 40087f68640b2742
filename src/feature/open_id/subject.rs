//! Which `sub` a client gets to see of a person (OpenID Connect Core section 8).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::client::{Client, ClientRejection, SubjectType};
use crate::core::Core;
use crate::keys::hkdf;
use crate::typelevel::{Flag, No, Yes};
use crate::values::error::OAuthError;
use crate::values::subject::Subject;

/// What the server's master keys are used for here. Never to change: who derives others takes all people for new ones.
const PURPOSE: &str = "pairwise subjects";

/// Whether there are pairwise subjects, as a type.
pub trait SubjectPolicy: Send + Sync + 'static {
    /// They are derived from master keys.
    #[doc(hidden)]
    type NeedsMasterKeys: Flag;
}

/// Every client sees the subject that the application names.
#[derive(Debug, Clone, Copy)]
pub struct PublicSubjects;

/// Clients may register to see subjects of their own.
#[derive(Debug, Clone, Copy)]
pub struct PairwiseSubjects;

impl SubjectPolicy for PublicSubjects {
    type NeedsMasterKeys = No;
}

impl SubjectPolicy for PairwiseSubjects {
    type NeedsMasterKeys = Yes;
}

/// Does the client want a kind of subject that the server does not have?
pub(super) fn rejects<P: SubjectPolicy>(client: &Client) -> Option<ClientRejection> {
    let unknown = client.subject_type() == SubjectType::Pairwise && !P::NeedsMasterKeys::VALUE;
    unknown.then_some(ClientRejection::NoPairwiseSubjects)
}

/// The `sub` of the person for the client.
///
/// # Errors
///
/// `server_error` if a public one is longer than clients expect, or a pairwise one cannot be derived: rules and registration keep that
/// from happening.
pub(in crate::feature) fn of<'s, S>(core: &Core<S>, client: &Client, subject: &'s Subject) -> Result<Cow<'s, str>, OAuthError> {
    match client.subject_type() {
        SubjectType::Public if fits(subject.as_str()) => Ok(Cow::Borrowed(subject.as_str())),
        SubjectType::Public => {
            tracing::error!(
                "a subject cannot be told to clients: it has more than 255 characters, or others than those of ASCII"
            );
            Err(OAuthError::unexpected())
        }
        SubjectType::Pairwise => pairwise(core, client, subject).map(Cow::Owned).ok_or_else(|| {
            tracing::error!(client_id = %client.id(), "no pairwise subject can be derived: there is no sector, or no master key");
            OAuthError::unexpected()
        }),
    }
}

/// Clients make room for so much (OpenID Connect Core section 2).
fn fits(subject: &str) -> bool {
    subject.len() <= 255 && subject.is_ascii()
}

/// By the last master key, which was there first: a new one that is put before it changes nothing.
fn pairwise<S>(core: &Core<S>, client: &Client, subject: &Subject) -> Option<String> {
    let key = core.master_keys.as_ref()?.library_subkeys::<32>(PURPOSE).last()?;
    // Neither an issuer nor a host has a NUL.
    let about = [core.issuer.as_str(), client.sector()?, subject.as_str()].join("\0");
    Some(URL_SAFE_NO_PAD.encode(*hkdf::expand::<32>(&key, about.as_bytes())))
}
