//! Checked by `.grant(..)`, `.response_type(..)` and `.enable(..)`.

use crate::feature::{Feature, FeatureList, FeatureOn};
use crate::grant::{AuthorizationCode, Grant, GrantType, Implicit, RefreshToken};
use crate::issue::{ApprovalStep, StepKind};
use crate::response_type::{Issues, Respond, ResponseType};
use crate::rules::profile::{
    AllowsFrontIdTokens, AllowsImplicitGrant, AllowsOptionalPkce, AllowsPasswordGrant, AllowsPlainPkce, AllowsVanishingKeys,
    Profile,
};
use crate::rules::{NoStorage, Stored};
use crate::typelevel::choice::Choice;
use crate::typelevel::flag::{And, Holds, Implies, Known, Not, Or, Same};
use crate::typelevel::name::{Key, KeyOf, SameName, Says};
use crate::typelevel::{List, No, WireName};

/// Each `grant_type` once.
///
/// Where it does not hold, the compiler says: *the grant type of `…` is enabled twice on this server*.
#[diagnostic::on_unimplemented(
    message = "the grant type of `{X}` is enabled twice on this server",
    label = "remove one of them: the list already has a grant with this `grant_type`",
    note = "the `grant_type` of a token request names one grant (RFC 6749 sections 4.1.3 and 4.5); the list so far is `{Self}`"
)]
pub trait LacksGrant<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: AnotherThanIn<L>> LacksGrant<X> for L {}

/// Each response type once, in whatever order its words stand.
///
/// Where it does not hold, the compiler says: *the response type of `…` is enabled twice on this server*.
#[diagnostic::on_unimplemented(
    message = "the response type of `{X}` is enabled twice on this server",
    label = "remove one of them: the list already has a response type of these words",
    note = "the order of the words does not matter (RFC 6749 sections 3.1.1 and 8.4); the list so far is `{Self}`"
)]
pub trait LacksResponseType<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: AnotherThanIn<L>> LacksResponseType<X> for L {}

/// Each feature once.
///
/// Where it does not hold, the compiler says: *the `…` feature is enabled twice on this server*.
#[diagnostic::on_unimplemented(
    message = "the `{X}` feature is enabled twice on this server",
    label = "remove one of them: the list already has this feature",
    note = "the list so far is `{Self}`"
)]
pub trait LacksFeature<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: AnotherThanIn<L>> LacksFeature<X> for L {}

/// None of the list has its name. A trait of what is added, and not only a condition: of a type that is not known yet, as of a mere `None`, rustc
/// asks nothing further, and so asks the person what it is.
#[doc(hidden)]
pub trait AnotherThanIn<L>: WireName {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> AnotherThanIn<L> for X where Not<L::Contains<X::Key>>: Holds {}

/// At most one feature chooses the token format, so that whoever gets an access token knows how to check it. Where one is enabled twice,
/// [`LacksFeature`] says so; of this library one feature chooses a format, [`JwtAccessTokens`](crate::JwtAccessTokens), so that the message
/// is for the second one to come.
///
/// Where it does not hold, the compiler says: *the format of access tokens is chosen twice on this server*.
#[diagnostic::on_unimplemented(
    message = "the format of access tokens is chosen twice on this server",
    label = "remove `{X}`, or the feature that chose a format before it",
    note = "resource servers check access tokens by their format (RFC 9068 section 4, RFC 7662 section 2), so there is one; the list so far is `{Self}`"
)]
pub trait LacksTokenFormat<X>: Sized {
    /// `.enable(..)` goes through it, so that no chain goes without the rule.
    #[doc(hidden)]
    fn with_one_format(self) -> Self {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<L: FeatureList, X: ChoosesNoSecondFormat<L>> LacksTokenFormat<X> for L {}

/// It chooses no format, or it is the first that does. One that is there already is for [`LacksFeature`] to speak of.
#[doc(hidden)]
pub trait ChoosesNoSecondFormat<L> {}
#[diagnostic::do_not_recommend]
impl<L: FeatureList, X: Feature> ChoosesNoSecondFormat<L> for X where
    Implies<<X::Format as Choice>::Made, Or<L::Contains<X::Key>, Not<L::ChoosesFormat>>>: Holds
{
}

/// What a grant does is what its name says: codes are redeemed by the grant with the name `authorization_code` and by no other, and
/// refresh tokens are taken by the one with the name `refresh_token`.
///
/// Where it does not hold, the compiler says: *the step of the `…` grant is not that of its `grant_type`*.
#[diagnostic::on_unimplemented(
    message = "the step of the `{Self}` grant is not that of its `grant_type`",
    label = "`type Step = Redeem` for `authorization_code`, `Rotate` for `refresh_token`, `Begin` for every other grant",
    note = "codes are redeemed, once, with PKCE and the redirect URI checked (RFC 6749 section 4.1.3, RFC 7636 section 4.6), and refresh tokens are rotated (RFC 9700 section 4.14.2): the steps see to it"
)]
pub trait HasItsStep {}
#[diagnostic::do_not_recommend]
impl<X: GrantType> HasItsStep for X
where
    Same<SameName<X, AuthorizationCode>, <X::Step as StepKind>::Redeems>: Holds,
    Same<SameName<X, RefreshToken>, <X::Step as StepKind>::Refreshes>: Holds,
{
}

/// A response type returns at least what the words of its name stand for: `code`, `token` and `id_token`.
///
/// Where it does not hold, the compiler says: *the response type `…` does not return what its name says*.
#[diagnostic::on_unimplemented(
    message = "the response type `{Self}` does not return what its name says",
    label = "declare each of the words `code`, `token` and `id_token` in its name as `Yes`, or take another name",
    note = "a client that asks for `token` expects an access token, and so on (OAuth 2.0 Multiple Response Types sections 3 and 5); what is declared is what is sent, and what the profile is asked about",
    note = "in code that is generic over the response type, require `{Self}: ReturnsWhatItSays`, of `grantor::rules`"
)]
pub trait ReturnsWhatItSays {}
#[diagnostic::do_not_recommend]
impl<X: ResponseType + WireName<Key: Says>> ReturnsWhatItSays for X
where
    Implies<<X::Key as Says>::Code, X::CarriesCode>: Holds,
    Implies<<X::Key as Says>::Token, X::CarriesAccessToken>: Holds,
    Implies<<X::Key as Says>::IdToken, X::CarriesIdToken>: Holds,
{
}

/// It is a grant type. `Is` is found by the compiler.
///
/// Where it does not hold, the compiler says: *`…` is not a grant type*.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a grant type",
    label = "expected a grant type, such as `AuthorizationCode::new()` or `ClientCredentials::new()`",
    note = "for a grant type of your own, use `extension_grant!` and implement `Grant<S>`"
)]
pub trait AGrant<Is>: Sized {
    #[doc(hidden)]
    type Accepted;
    #[doc(hidden)]
    fn accepted(self) -> Self::Accepted;
}
accepts!(AGrant: GrantType);

/// It is a response type. `Is` is found by the compiler.
///
/// Where it does not hold, the compiler says: *`…` is not a response type*.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response type",
    label = "expected a response type, such as `Code`, `Token` or `CodeToken`",
    note = "for a response type of your own, use `extension_response_type!` and implement `Respond<S>`",
    note = "as an `Option`, one that carries no code and no token can be switched off at run time; others are with their grant: `.grant(on.then(AuthorizationCode::new))`"
)]
pub trait AResponseType<Is>: Sized {
    #[doc(hidden)]
    type Accepted;
    #[doc(hidden)]
    fn accepted(self) -> Self::Accepted;
}
accepts!(AResponseType: ResponseType);

/// What the rules have to know of a grant is known. It is not of a type parameter, if code is generic over a grant: the rules go by
/// its name and by what it does, and both are in its type.
///
/// Where it does not hold, the compiler says: *which rules the grant `…` has to keep is not known here, as it is a type parameter*.
#[diagnostic::on_unimplemented(
    message = "which rules the grant `{Self}` has to keep is not known here, as it is a type parameter",
    label = "require `{Self}: ExtensionGrant` beside `Grant<S>`",
    note = "an `ExtensionGrant` is named by a URI (RFC 6749 section 4.5), so it is none of the grants that the profile and the response types are about; `KnownGrant` as a bound says nothing of the name"
)]
pub trait KnownGrant: Sized {
    #[doc(hidden)]
    type Told;
    #[doc(hidden)]
    fn told(self) -> Self::Told;
}
#[diagnostic::do_not_recommend]
impl<X: GrantType> KnownGrant for X
where
    IsPassword<X>: Known,
    IsImplicit<X>: Known,
    SameName<X, AuthorizationCode>: Known,
    SameName<X, RefreshToken>: Known,
    X::RequiresPkce: Known,
    X::AcceptsPlainPkce: Known,
{
    type Told = <IsPassword<X> as Known>::Told<
        <IsImplicit<X> as Known>::Told<
            <SameName<X, AuthorizationCode> as Known>::Told<
                <SameName<X, RefreshToken> as Known>::Told<
                    <X::RequiresPkce as Known>::Told<<X::AcceptsPlainPkce as Known>::Told<X>>,
                >,
            >,
        >,
    >;
    fn told(self) -> Self::Told {
        let it = <X::AcceptsPlainPkce as Known>::told(self);
        let it = <X::RequiresPkce as Known>::told(it);
        let it = <SameName<X, RefreshToken> as Known>::told(it);
        let it = <SameName<X, AuthorizationCode> as Known>::told(it);
        <IsPassword<X> as Known>::told(<IsImplicit<X> as Known>::told(it))
    }
}

/// What the rules have to know of a response type is known. It is not of a type parameter, if code is generic over a response type.
///
/// Where it does not hold, the compiler says: *what the response type `…` carries is not known here, as it is a type parameter*.
#[diagnostic::on_unimplemented(
    message = "what the response type `{Self}` carries is not known here, as it is a type parameter",
    label = "require `{Self}: ResponseType<CarriesCode = No, CarriesAccessToken = No, CarriesIdToken = No> + ReturnsWhatItSays + Send + Sync + 'static` beside `Respond<S>`",
    note = "what a response type carries is what the profile and the grants are asked about (RFC 7591 section 2.1, RFC 9700 section 2.1.2)"
)]
pub trait KnownResponseType: Sized {
    #[doc(hidden)]
    type Told;
    #[doc(hidden)]
    fn told(self) -> Self::Told;
}
#[diagnostic::do_not_recommend]
impl<X: ResponseType<CarriesCode: Known, CarriesAccessToken: Known, CarriesIdToken: Known>> KnownResponseType for X {
    type Told = <X::CarriesCode as Known>::Told<<X::CarriesAccessToken as Known>::Told<<X::CarriesIdToken as Known>::Told<X>>>;
    fn told(self) -> Self::Told {
        let it = <X::CarriesIdToken as Known>::told(self);
        <X::CarriesCode as Known>::told(<X::CarriesAccessToken as Known>::told(it))
    }
}

/// The profile permits the grant. It goes by the grant's name, so a home-grown `password` grant is refused like the built-in one.
pub trait GrantPermittedBy<P>: Sized {
    #[doc(hidden)]
    type Permitted;
    #[doc(hidden)]
    fn permitted(self) -> Self::Permitted;
}
impl<P: Profile, X: GrantType> GrantPermittedBy<P> for X
where
    P::Base: AllowsPasswordGrant<IsPassword<X>>,
    P::Base: AllowsImplicitGrant<IsImplicit<X>>,
    P::Base: AllowsOptionalPkce<Not<X::RequiresPkce>>,
    P::Base: AllowsPlainPkce<X::AcceptsPlainPkce>,
{
    type Permitted = <P::Base as AllowsPasswordGrant<IsPassword<X>>>::Permitted<
        <P::Base as AllowsImplicitGrant<IsImplicit<X>>>::Permitted<
            <P::Base as AllowsOptionalPkce<Not<X::RequiresPkce>>>::Permitted<
                <P::Base as AllowsPlainPkce<X::AcceptsPlainPkce>>::Permitted<X>,
            >,
        >,
    >;
    fn permitted(self) -> Self::Permitted {
        let it = <P::Base as AllowsPlainPkce<X::AcceptsPlainPkce>>::permitted(self);
        let it = <P::Base as AllowsOptionalPkce<Not<X::RequiresPkce>>>::permitted(it);
        let it = <P::Base as AllowsImplicitGrant<IsImplicit<X>>>::permitted(it);
        <P::Base as AllowsPasswordGrant<IsPassword<X>>>::permitted(it)
    }
}
type IsPassword<X> = <KeyOf<X> as Key>::Same<crate::wire_key!("password")>;
type IsImplicit<X> = SameName<X, Implicit>;

/// The profile permits the response type.
pub trait ResponsePermittedBy<P>: Sized {
    #[doc(hidden)]
    type Permitted;
    #[doc(hidden)]
    fn permitted(self) -> Self::Permitted;
}
impl<P: Profile, X: ResponseType> ResponsePermittedBy<P> for X
where
    P::Base: AllowsImplicitGrant<X::CarriesAccessToken>,
    P::Base: AllowsFrontIdTokens<IdTokenAlone<X>>,
{
    type Permitted = <P::Base as AllowsImplicitGrant<X::CarriesAccessToken>>::Permitted<
        <P::Base as AllowsFrontIdTokens<IdTokenAlone<X>>>::Permitted<X>,
    >;
    fn permitted(self) -> Self::Permitted {
        let it = <P::Base as AllowsFrontIdTokens<IdTokenAlone<X>>>::permitted(self);
        <P::Base as AllowsImplicitGrant<X::CarriesAccessToken>>::permitted(it)
    }
}
/// Of one with an access token that has been said.
type IdTokenAlone<X> = And<<X as ResponseType>::CarriesIdToken, Not<<X as ResponseType>::CarriesAccessToken>>;

/// It is a feature. `Is` is found by the compiler.
///
/// Where it does not hold, the compiler says: *`…` is not a feature*.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a feature",
    label = "expected a feature, such as `Introspection::new()`; write `?` after what gives a `Result`",
    note = "as an `Option`, one that nothing else depends on can be switched off at run time, such as `Introspection` and `Revocation`"
)]
pub trait AFeature<Is>: Sized {
    #[doc(hidden)]
    type Accepted;
    #[doc(hidden)]
    fn accepted(self) -> Self::Accepted;
}
accepts!(AFeature: Feature);

/// What the rules have to know of a feature is known. It is not of a type parameter, if code is generic over a feature.
///
/// Where it does not hold, the compiler says: *what the feature `…` chooses for the server is not known here, as it is a type parameter*.
#[diagnostic::on_unimplemented(
    message = "what the feature `{Self}` chooses for the server is not known here, as it is a type parameter",
    label = "name the feature here, or take it out of the function",
    note = "at most one feature chooses the format of access tokens, and which one is in its type"
)]
pub trait KnownFeature: Sized {
    #[doc(hidden)]
    type Told;
    #[doc(hidden)]
    fn told(self) -> Self::Told;
}
#[diagnostic::do_not_recommend]
impl<X: Feature<Format: Choice<Made: Known>, Keys: Choice<Made: Known>>> KnownFeature for X {
    type Told = <<X::Format as Choice>::Made as Known>::Told<<<X::Keys as Choice>::Made as Known>::Told<X>>;
    fn told(self) -> Self::Told {
        <<X::Format as Choice>::Made as Known>::told(<<X::Keys as Choice>::Made as Known>::told(self))
    }
}

/// The profile permits the feature.
pub trait FeaturePermittedBy<P>: Sized {
    #[doc(hidden)]
    type Permitted;
    #[doc(hidden)]
    fn permitted(self) -> Self::Permitted;
}
impl<P: Profile, X: Feature> FeaturePermittedBy<P> for X
where
    P: AllowsVanishingKeys<X::KeysVanish>,
    X::NamesNoAlgorithm: AlgorithmsAreNamed,
{
    type Permitted =
        <P as AllowsVanishingKeys<X::KeysVanish>>::Permitted<<X::NamesNoAlgorithm as AlgorithmsAreNamed>::Permitted<X>>;
    fn permitted(self) -> Self::Permitted {
        let it = <X::NamesNoAlgorithm as AlgorithmsAreNamed>::permitted(self);
        <P as AllowsVanishingKeys<X::KeysVanish>>::permitted(it)
    }
}

/// Signing keys have an algorithm.
///
/// Where it does not hold, the compiler says: *these signing keys have no algorithm*.
#[diagnostic::on_unimplemented(
    message = "these signing keys have no algorithm",
    label = "say with which one to sign, as in `SigningKeys::stored().algorithm(Es256)`",
    note = "every signature names its algorithm (RFC 7515 section 4.1.1)"
)]
pub trait AlgorithmsAreNamed {
    #[doc(hidden)]
    type Permitted<X>;
    #[doc(hidden)]
    fn permitted<X>(it: X) -> Self::Permitted<X>;
}
#[diagnostic::do_not_recommend]
impl AlgorithmsAreNamed for No {
    type Permitted<X> = X;
    fn permitted<X>(it: X) -> X {
        it
    }
}

/// The storage chosen before the grant serves it; one that comes later is checked then.
pub trait CanServe<X> {}
impl<X> CanServe<X> for NoStorage {}
impl<S, X: Grant<S>> CanServe<X> for Stored<S> {}

/// The storage chosen before the response type serves it; one that comes later is checked then.
pub trait CanRespond<X> {}
impl<X> CanRespond<X> for NoStorage {}
impl<S, X: Respond<S>> CanRespond<X> for Stored<S> where Issues<X>: ApprovalStep<S> {}

/// The storage chosen before the feature serves it; one that comes later is checked then.
pub trait CanHost<X> {}
impl<X> CanHost<X> for NoStorage {}
impl<S, X: FeatureOn<S>> CanHost<X> for Stored<S> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typelevel::Yes;
    use crate::typelevel::holds::holds;

    macro_rules! response_types {
        ($($t:ident = $name:literal: $code:ty, $token:ty, $id_token:ty;)*) => {$(
            struct $t;
            crate::wire_name!($t = $name);
            impl ResponseType for $t {
                type CarriesCode = $code;
                type CarriesAccessToken = $token;
                type CarriesIdToken = $id_token;
            }
        )*};
    }
    response_types! {
        Full = "id_token receipt code token": Yes, Yes, Yes;
        More = "receipt": Yes, Yes, Yes;
        NoCode = "code id_token": No, No, Yes;
        NoToken = "code token": Yes, No, No;
        NoIdToken = "id_token token": No, Yes, No;
    }

    /// `ui-tests` have what the compiler says of it.
    #[test]
    fn each_word_that_is_known_has_to_be_declared() {
        const { assert!(holds!(Full: ReturnsWhatItSays) && holds!(More: ReturnsWhatItSays)) };
        const { assert!(!holds!(NoCode: ReturnsWhatItSays) && !holds!(NoToken: ReturnsWhatItSays)) };
        const { assert!(!holds!(NoIdToken: ReturnsWhatItSays)) };
    }
}
