//! What [`Fapi2`](crate::Fapi2) insists on, checked by `.build()`: each profile says whether it may be less, and code that is generic over
//! the profile requires [`BelowFapi2`] for all of it.

use crate::rules::profile::{Profile, sealed};
use crate::typelevel::flag::{Not, Or};
use crate::typelevel::{Flag, No, Yes};

/// The profile does not mind, or it is not so: in this order, so that nothing has to be known of a type parameter where no profile minds.
type UnlessFapi2<If, P> = Or<<P as sealed::Sealed>::BelowFapi2, Not<If>>;

/// The profile has access tokens that are good for whoever has them.
///
/// Where it does not hold, the compiler says: *the `…` profile binds access tokens to keys of clients, and this server does not*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile binds access tokens to keys of clients, and this server does not",
    label = "add `.enable(Dpop::required())` or `.enable(MutualTls::required())` to the chain",
    note = "authorization servers shall only issue sender-constrained access tokens (FAPI 2.0 Security Profile section 5.3.2.1)",
    note = "in code that is generic over the profile, require `P: Profile<Base: BelowFapi2>`, of `grantor::rules`"
)]
pub trait AllowsBearerTokens<If: Flag = Yes, Verdict = UnlessFapi2<If, Self>>: Profile {}

/// The profile has authorization requests that come through the browser alone.
///
/// Where it does not hold, the compiler says: *the `…` profile has pushed authorization requests alone, and this server takes others*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile has pushed authorization requests alone, and this server takes others",
    label = "add `.enable(PushedAuthorizationRequests::required())` to the chain",
    note = "authorization servers shall reject authorization requests sent without RFC 9126 (FAPI 2.0 Security Profile section 5.3.2.2)",
    note = "in code that is generic over the profile, require `P: Profile<Base: BelowFapi2>`, of `grantor::rules`"
)]
pub trait AllowsPlainRequests<If: Flag = Yes, Verdict = UnlessFapi2<If, Self>>: Profile {}

/// The profile has clients that authenticate with a secret, or not at all.
///
/// Where it does not hold, the compiler says: *the `…` profile has clients that authenticate with keys, and this server does not take them as it has to*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile has clients that authenticate with keys, and this server does not take them as it has to",
    label = "add `.enable(PrivateKeyJwt::new())`, without `.older_audiences()`, or `.enable(MutualTls::new())` to the chain",
    note = "authorization servers shall authenticate clients with `private_key_jwt` or MTLS, and accept their issuer identifier alone as `aud` (FAPI 2.0 Security Profile section 5.3.2.1)",
    note = "in code that is generic over the profile, require `P: Profile<Base: BelowFapi2>`, of `grantor::rules`"
)]
pub trait AllowsSecrets<If: Flag = Yes, Verdict = UnlessFapi2<If, Self>>: Profile {}

/// The profile has refresh tokens that rotate for clients that authenticate.
///
/// Where it does not hold, the compiler says: *the `…` profile does not have refresh tokens that rotate*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile does not have refresh tokens that rotate",
    label = "write `.grant(RefreshToken::new().reusable())`",
    note = "authorization servers shall not use refresh token rotation: its clients prove who they are, and one that loses a response could not ask again (FAPI 2.0 Security Profile section 5.3.2.1)",
    note = "in code that is generic over the profile, require `P: Profile<Base: BelowFapi2>`, of `grantor::rules`"
)]
pub trait AllowsRotation<If: Flag = Yes, Verdict = UnlessFapi2<If, Self>>: Profile {}

/// The profile has response types beside `code`.
///
/// Where it does not hold, the compiler says: *the `…` profile has the response type `code` alone*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile has the response type `code` alone",
    label = "leave out response types beside `Code`",
    note = "authorization servers shall require the value of `response_type` to be `code` (FAPI 2.0 Security Profile section 5.3.2.2)",
    note = "in code that is generic over the profile, require `P: Profile<Base: BelowFapi2>`, of `grantor::rules`"
)]
pub trait AllowsOtherResponses<If: Flag = Yes, Verdict = UnlessFapi2<If, Self>>: Profile {}

/// The profile signs under every algorithm that this library has.
///
/// Where it does not hold, the compiler says: *the `…` profile signs with PS256, ES256 or EdDSA, and these signing keys do with another*.
#[diagnostic::on_unimplemented(
    message = "the `{Self}` profile signs with PS256, ES256 or EdDSA, and these signing keys do with another",
    label = "name these alone, as in `SigningKeys::stored().algorithm(Es256)`",
    note = "whoever creates or processes JWTs shall use `PS256`, `ES256` or `EdDSA` (FAPI 2.0 Security Profile section 5.4.1); OpenID Connect asks for RS256 elsewhere, and not here",
    note = "in code that is generic over the profile, require `P: Profile<Base: BelowFapi2>`, of `grantor::rules`"
)]
pub trait AllowsOtherAlgorithms<If: Flag = Yes, Verdict = UnlessFapi2<If, Self>>: Profile {}

macro_rules! where_it_holds {
    ($($rule:ident),*) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<P: Profile, If: Flag> $rule<If, Yes> for P {}
        )*

        /// The profile may be less than FAPI 2.0 insists on, as all but [`Fapi2`](crate::Fapi2) are. Code that is generic over the
        /// profile requires it for a server that FAPI 2.0 does not have: `P: Profile<Base: BelowFapi2>`.
        pub trait BelowFapi2: $($rule + $rule<No> +)* Profile {}
        #[diagnostic::do_not_recommend]
        impl<P: $($rule + $rule<No> +)* Profile> BelowFapi2 for P {}
    };
}
where_it_holds!(
    AllowsBearerTokens,
    AllowsPlainRequests,
    AllowsSecrets,
    AllowsRotation,
    AllowsOtherResponses,
    AllowsOtherAlgorithms
);
