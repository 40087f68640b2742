//! Clients ask in detail for what they need (RFC 9396): not for a scope, but for this payment, or for these accounts. What a detail is only
//! the application knows, so its types are the application's own, in a list; what is common to all of them is here.

mod compare;
mod detail;
mod narrow;
mod read;
mod types;

use std::fmt;
use std::marker::PhantomData;

pub use detail::{AuthorizationDetail, InvalidDetail};
use types::Visit;
pub use types::{DetailTypes, EachOnce, LacksDetailType};

use crate::authorization::{Checking, DecisionRefused};
use crate::client::{Client, ClientRejection};
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, Here, Switchable, chooses_nothing, sealed};
use crate::http::call::Call;
use crate::http::parameters::Parameter;
use crate::issue::{Binding, IssueContext, Keyring, Withheld};
use crate::typelevel::name::distinct;
use crate::values::asked::Asked;
use crate::values::details::AuthorizationDetails;
use crate::values::error::OAuthError;

/// The parameter of requests, and the member of responses and tokens (RFC 9396 sections 3, 6, 7 and 9).
const PARAMETER: &str = "authorization_details";

/// By what the server knows whether it has the feature.
pub(crate) const NAME: &str = "authorization_details";

/// Clients ask in detail for what they need (RFC 9396): the parameter `authorization_details`, on authorization requests, pushed ones
/// included, and on token requests. The manual's page [rich requests](crate::manual::rich_requests) tells the whole of it.
///
/// The types of details are yours: a tuple of types that implement [`AuthorizationDetail`].
///
/// * What is of no type of the list, or not of the form of its type, has a member that the type has not, or is of a type that the client has
///   not [registered](crate::ClientBuilder::authorization_details_types), is `invalid_authorization_details`, before anybody is asked. At
///   most 8,192 bytes, 32 details, and 12 levels are read.
/// * The page that asks a person shows the [details](crate::AuthorizationRequest::details). An approval
///   [names each](crate::Approval::detail) that it grants: one that names none, or more than was asked for, is refused and decides nothing.
///   It says that the person was [asked](crate::Approval::consented), so what nobody saw nobody grants.
/// * What was granted is kept with the authorization, and said in token responses, at introspection and in JWT access tokens, where
///   [`TokenClaims::details`](crate::TokenClaims::details) reads it. A token request may ask for less, and never for more, as the type
///   [compares](AuthorizationDetail::covers) them; the refresh token stays good for all of it.
/// * A token that is for some resources has only the details that are for them ([`locations`](AuthorizationDetail::locations)).
/// * A client gets details for itself (`client_credentials`) where their type [says so](AuthorizationDetail::is_granted_to_itself). A token
///   that is exchanged passes its details on. Other grants refuse the parameter, unless they [grant](crate::Granted::detail) details.
///
/// An `Option` of it can be switched off at run time: then `authorization_details` means nothing, as on a server without the feature.
///
/// ```
/// # use grantor::{AuthorizationDetail, wire_name};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct Payment { amount: u64 }
/// # #[derive(Serialize, Deserialize)]
/// # struct Accounts { accounts: Vec<String> }
/// # wire_name!(Payment = "payment_initiation");
/// # wire_name!(Accounts = "account_information");
/// # impl AuthorizationDetail for Payment { fn covers(&self, narrower: &Self) -> bool { narrower.amount <= self.amount } }
/// # impl AuthorizationDetail for Accounts { fn covers(&self, _: &Self) -> bool { false } }
/// use grantor::{
///     AuthorizationCode, AuthorizationServer, Code, Development, MemoryStore, OAuth21, RichAuthorizationRequests, issuer,
/// };
///
/// let server = AuthorizationServer::builder()
///     .profile(Development::<OAuth21>::new())
///     .issuer(issuer!("https://auth.example.com"))
///     .storage(MemoryStore::new())
///     .grant(AuthorizationCode::new())
///     .response_type(Code)
///     .enable(RichAuthorizationRequests::<(Payment, Accounts)>::new())
///     .build();
/// # let _ = server;
/// ```
pub struct RichAuthorizationRequests<D>(PhantomData<fn() -> D>);

impl<D> RichAuthorizationRequests<D> {
    /// With these types.
    // The bound is here, where rustc says what the list lacks in the words of the trait.
    #[must_use]
    pub const fn new() -> RichAuthorizationRequests<D::Listed>
    where
        D: DetailTypes<Listed: EachOnce>,
    {
        const {
            assert!(D::KEYS_FIT && distinct(D::NAMES), "two types of authorization details have the same name");
            assert!(are_names(D::NAMES), "the name of a type of authorization details is 1 to 256 bytes of printable ASCII");
        }
        RichAuthorizationRequests(PhantomData)
    }
}

/// RFC 9396 section 2.1: names that are easily copied without ambiguity. The first is there: a list is not empty.
const fn are_names(names: &[&str]) -> bool {
    let mut at = 0;
    while at < names.len() {
        let bytes = names[at].as_bytes();
        if bytes.is_empty() || bytes.len() > 256 {
            return false;
        }
        let mut i = 0;
        while i < bytes.len() {
            if !bytes[i].is_ascii_graphic() {
                return false;
            }
            i += 1;
        }
        at += 1;
    }
    true
}

impl<D> Clone for RichAuthorizationRequests<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for RichAuthorizationRequests<D> {}

impl<D: DetailTypes> fmt::Debug for RichAuthorizationRequests<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RichAuthorizationRequests").field(&D::NAMES).finish()
    }
}

crate::wire_name!(impl<D> RichAuthorizationRequests<D> = NAME);
impl<D> sealed::Sealed for RichAuthorizationRequests<D> {}
impl<D: DetailTypes> Switchable for RichAuthorizationRequests<D> {}

#[diagnostic::do_not_recommend]
impl<D: DetailTypes> Feature for RichAuthorizationRequests<D> {
    chooses_nothing!();
    const TOKEN_PARAMETERS: &'static [Parameter] = &[Parameter::once(PARAMETER)];
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = &[Parameter::once(PARAMETER)];

    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.authorization_details_types_supported = D::NAMES.to_vec();
    }

    fn check_client(&self, client: &Client, _: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        let unknown = client.authorization_details_types().filter(|name| !D::NAMES.contains(name));
        reasons.extend(unknown.map(ClientRejection::unknown_details_type));
    }

    fn knows_details(&self, client: &Client, details: &AuthorizationDetails) -> bool {
        let is_known = |place: usize| {
            let name = details.type_at(place);
            let still = Still { details, place, client };
            read::may_ask_for(client, name) && D::visit(name, still).unwrap_or_default()
        };
        (0..details.len()).all(is_known)
    }

    fn judge_details(&self, asked: &AuthorizationDetails, granted: &AuthorizationDetails) -> Option<Result<(), DecisionRefused>> {
        let known = (0..granted.len()).all(|place| knows::<D>(granted, place));
        let verdict = match known {
            false => Err(DecisionRefused::NotOfTheirType),
            true if !read::fits_into_a_token(granted) => Err(DecisionRefused::TooLarge),
            true if compare::covers::<D>(asked, granted) => Ok(()),
            true => Err(DecisionRefused::MoreThanAsked),
        };
        Some(verdict)
    }
}

impl<S: Send + Sync, D: DetailTypes> FeatureOn<S> for RichAuthorizationRequests<D> {
    async fn check(&self, _: &Core<S>, call: &Call<'_>, checking: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        if let Some(text) = call.parameters().get(PARAMETER) {
            asked.is_detailed(read::read::<D>(text, checking.client)?);
        }
        Ok(())
    }

    async fn narrow(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> Result<(), OAuthError> {
        narrow::narrow::<S, D>(cx, binding)
    }

    /// Section 7. Not in authorization responses, which travel through browsers (section 4).
    async fn respond<K: Keyring>(&self, cx: &IssueContext<'_, S>, _: &K, response: &mut Withheld) -> Result<(), OAuthError> {
        let granted = response.details().facts().granted.as_ref().map(|details| details.json().clone());
        if let (Some(granted), true) = (granted, cx.call.is_some() && response.access_token().is_some()) {
            response.add(PARAMETER, granted);
        }
        Ok(())
    }
}

/// Is the detail of a type of the list, and can it be read as that?
fn knows<D: DetailTypes>(details: &AuthorizationDetails, place: usize) -> bool {
    D::visit(details.type_at(place), Readable { details, place }).unwrap_or_default()
}

struct Readable<'a> {
    details: &'a AuthorizationDetails,
    place: usize,
}

impl Visit for Readable<'_> {
    type Output = bool;
    fn visit<T: AuthorizationDetail>(self) -> bool {
        self.details.at::<T>(self.place).is_some()
    }
}

/// Would it be valid now?
struct Still<'a> {
    details: &'a AuthorizationDetails,
    place: usize,
    client: &'a Client,
}

impl Visit for Still<'_> {
    type Output = bool;
    fn visit<T: AuthorizationDetail>(self) -> bool {
        self.details.at::<T>(self.place).is_some_and(|detail| detail.check(self.client).is_ok())
    }
}
