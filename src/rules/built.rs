//! Checked by `.build()`.

use crate::feature::{BoundTokens, FeatureList, Introspection};
use crate::grant::{AuthorizationCode, GrantList, Implicit, RefreshToken};
use crate::response_type::ResponseTypeList;
use crate::rules::profile::sealed::Sealed;
use crate::rules::profile::{Development, Profile};
use crate::rules::{Gives, NoIssuer, Stored};
use crate::typelevel::List;
use crate::typelevel::flag::{And, Implies, Not, Or, Yes};
use crate::typelevel::name::KeyOf;
use crate::values::issuer::{Issuer, LoopbackIssuer};

/// There is an issuer.
///
/// Where it does not hold, the compiler says: *this authorization server has no issuer*.
#[diagnostic::on_unimplemented(
    message = "this authorization server has no issuer",
    label = "call `.issuer(issuer!(\"https://..\"))` before `.build()`",
    note = "an authorization server is identified by its issuer URL (RFC 8414 section 2, RFC 9207)"
)]
pub trait IssuerIsSet {
    #[doc(hidden)]
    fn into_issuer(self, _: AtBuild) -> Issuer;
}
/// Only `.build()` has one, which has asked the profile: else anybody could make a loopback issuer one of production.
#[doc(hidden)]
#[derive(Debug)]
pub struct AtBuild(pub(crate) ());
#[diagnostic::do_not_recommend]
impl IssuerIsSet for Issuer {
    fn into_issuer(self, _: AtBuild) -> Issuer {
        self
    }
}
#[diagnostic::do_not_recommend]
impl IssuerIsSet for LoopbackIssuer {
    fn into_issuer(self, _: AtBuild) -> Issuer {
        Self::into_issuer(self)
    }
}

/// The profile accepts the issuer. Every profile accepts an [`Issuer`]; code that is generic over the profile and has a
/// [`LoopbackIssuer`] requires this.
///
/// Where it does not hold, the compiler says: *the issuer of this server is an `http` URL, which only the `Development` profile accepts*.
#[diagnostic::on_unimplemented(
    message = "the issuer of this server is an `http` URL, which only the `Development` profile accepts",
    label = "write `.issuer(issuer!(\"https://..\"))`, or begin the chain with `.profile(Development::<{P}>::new())`",
    note = "the issuer is a URL that uses the `https` scheme (RFC 8414 section 2); plain `http` never leaves a developer's machine",
    note = "in code that is generic over the profile, require `{Self}: IssuerPermittedBy<{P}>`, of `grantor::rules`"
)]
pub trait IssuerPermittedBy<P> {
    #[doc(hidden)]
    const LOOPBACK: bool = false;
}
/// [`IssuerIsSet`] speaks about this one.
#[diagnostic::do_not_recommend]
impl<P> IssuerPermittedBy<P> for NoIssuer {}
#[diagnostic::do_not_recommend]
impl<P: Profile> IssuerPermittedBy<P> for Issuer {}
#[diagnostic::do_not_recommend]
impl<P: Profile> IssuerPermittedBy<Development<P>> for LoopbackIssuer {
    const LOOPBACK: bool = true;
}

/// There is a storage.
///
/// Where it does not hold, the compiler says: *this authorization server has no storage*.
#[diagnostic::on_unimplemented(
    message = "this authorization server has no storage",
    label = "call `.storage(..)` before `.build()`",
    note = "the storage keeps clients, codes and tokens; for a first try begin with `.profile(Development::<OAuth21>::new())` and use `MemoryStore::new()`"
)]
pub trait StorageIsSet {
    #[doc(hidden)]
    type Storage;
    #[doc(hidden)]
    fn into_storage(self) -> Self::Storage;
}
#[diagnostic::do_not_recommend]
impl<S> StorageIsSet for Stored<S> {
    type Storage = S;
    fn into_storage(self) -> S {
        self.0
    }
}

/// There is a grant.
///
/// Where it does not hold, the compiler says: *this authorization server has no grant type*.
#[diagnostic::on_unimplemented(
    message = "this authorization server has no grant type",
    label = "call `.grant(..)` at least once before `.build()`, for instance `.grant(AuthorizationCode::new())`",
    note = "without a grant no client can obtain a token (RFC 6749 section 1.3)"
)]
pub trait HasAGrant<Verdict = Not<<Self as List>::IsEmpty>>
where
    Self: GrantList,
{
}
impl<G: GrantList> HasAGrant<Yes> for G {}

/// Refresh tokens come from somewhere.
///
/// Where it does not hold, the compiler says: *the `refresh_token` grant is enabled but no enabled grant can issue a refresh token*.
#[diagnostic::on_unimplemented(
    message = "the `refresh_token` grant is enabled but no enabled grant can issue a refresh token",
    label = "add a grant that issues refresh tokens, such as `AuthorizationCode::new()`, or remove `RefreshToken`",
    note = "nothing hands out the refresh tokens that `RefreshToken` would take (RFC 6749 section 6); the grants are `{Self}`",
    note = "client credentials do not come with a refresh token (RFC 6749 section 4.4.3)"
)]
pub trait RefreshTokensHaveASource<
    Verdict = Implies<<Self as List>::Contains<KeyOf<RefreshToken>>, <Self as GrantList>::AnyIssuesRefreshTokens>,
> where
    Self: GrantList,
{
}
impl<G: GrantList> RefreshTokensHaveASource<Yes> for G {}

/// Codes can be redeemed.
///
/// Where it does not hold, the compiler says: *a response type that returns a `code` needs the `authorization_code` grant*.
#[diagnostic::on_unimplemented(
    message = "a response type that returns a `code` needs the `authorization_code` grant",
    label = "add `.grant(AuthorizationCode::new())`: nobody could redeem the codes of this server",
    note = "`code` and `authorization_code` go together (RFC 7591 section 2.1); the response types are `{Self}`, the grants `{G}`"
)]
pub trait CodesCanBeRedeemed<
    G: GrantList,
    Verdict = Implies<<Self as ResponseTypeList>::AnyCode, <G as List>::Contains<KeyOf<AuthorizationCode>>>,
> where
    Self: ResponseTypeList,
{
}
impl<G: GrantList, R: ResponseTypeList> CodesCanBeRedeemed<G, Yes> for R {}

/// Codes can be obtained.
///
/// Where it does not hold, the compiler says: *the `authorization_code` grant needs a response type that returns a `code`*.
#[diagnostic::on_unimplemented(
    message = "the `authorization_code` grant needs a response type that returns a `code`",
    label = "add `.response_type(Code)`: no client could obtain a code from this server",
    note = "`code` and `authorization_code` go together (RFC 7591 section 2.1); the grants are `{Self}`, the response types `{R}`"
)]
pub trait CodesCanBeObtained<
    R: ResponseTypeList,
    Verdict = Implies<<Self as List>::Contains<KeyOf<AuthorizationCode>>, <R as ResponseTypeList>::AnyCode>,
> where
    Self: GrantList,
{
}
impl<G: GrantList, R: ResponseTypeList> CodesCanBeObtained<R, Yes> for G {}

/// Access tokens leave the authorization endpoint only where that was asked for.
///
/// Where it does not hold, the compiler says: *a response type that returns an access token needs the `implicit` grant*.
#[diagnostic::on_unimplemented(
    message = "a response type that returns an access token needs the `implicit` grant",
    label = "opt in to the implicit flow with `.grant(Implicit::new())`, or remove the response type",
    note = "`token` and `implicit` go together (RFC 7591 section 2.1); clients should not use them, but `Code` (RFC 9700 section 2.1.2)"
)]
pub trait ImplicitIsOptedIn<
    G: GrantList,
    Verdict = Implies<<Self as ResponseTypeList>::AnyAccessToken, <G as List>::Contains<KeyOf<Implicit>>>,
> where
    Self: ResponseTypeList,
{
}
impl<G: GrantList, R: ResponseTypeList> ImplicitIsOptedIn<G, Yes> for R {}

/// The implicit grant serves something.
///
/// Where it does not hold, the compiler says: *the `implicit` grant needs a response type that returns an access token*.
#[diagnostic::on_unimplemented(
    message = "the `implicit` grant needs a response type that returns an access token",
    label = "add `.response_type(Token)`, or remove `Implicit`: no client could use it",
    note = "`token` and `implicit` go together (RFC 7591 section 2.1); the response types are `{R}`"
)]
pub trait ImplicitIsServed<
    R: ResponseTypeList,
    Verdict = Implies<
        <Self as List>::Contains<KeyOf<Implicit>>,
        Or<<R as ResponseTypeList>::AnyAccessToken, <R as ResponseTypeList>::AnyIdToken>,
    >,
> where
    Self: GrantList,
{
}
impl<G: GrantList, R: ResponseTypeList> ImplicitIsServed<R, Yes> for G {}

/// ID tokens leave the authorization endpoint only where that was asked for. Where access tokens do as well, [`ImplicitIsOptedIn`] says so.
///
/// Where it does not hold, the compiler says: *a response type that returns an ID token needs the `implicit` grant*.
#[diagnostic::on_unimplemented(
    message = "a response type that returns an ID token needs the `implicit` grant",
    label = "opt in with `.grant(Implicit::new())`, or remove the response type",
    note = "`id_token` and `implicit` go together (OpenID Connect Registration section 2); with `Code` the ID token comes from the token endpoint"
)]
pub trait FrontIdTokensAreOptedIn<
    G: GrantList,
    Verdict = Implies<
        <Self as ResponseTypeList>::AnyIdToken,
        Or<<Self as ResponseTypeList>::AnyAccessToken, <G as List>::Contains<KeyOf<Implicit>>>,
    >,
> where
    Self: ResponseTypeList,
{
}
impl<G: GrantList, R: ResponseTypeList> FrontIdTokensAreOptedIn<G, Yes> for R {}

/// Somebody makes the ID tokens that a response type declares.
///
/// Where it does not hold, the compiler says: *a response type that returns an ID token needs the `OpenId` feature*.
#[diagnostic::on_unimplemented(
    message = "a response type that returns an ID token needs the `OpenId` feature",
    label = "add `.enable(OpenId::new(claims))` to the chain, or remove the response type",
    note = "ID tokens are those of OpenID Connect (Core section 2); the response types are `{Self}`, the features `{F}`"
)]
pub trait IdTokensAreMade<
    F: FeatureList,
    Verdict = Implies<<Self as ResponseTypeList>::AnyIdToken, <F as FeatureList>::Has<crate::wire_key!("openid")>>,
> where
    Self: ResponseTypeList,
{
}
impl<F: FeatureList, R: ResponseTypeList> IdTokensAreMade<F, Yes> for R {}

/// People sign in to clients of an OpenID Provider. Where a grant lacks its response type, [`CodesCanBeObtained`] or [`ImplicitIsServed`]
/// says so.
///
/// Where it does not hold, the compiler says: *an OpenID Provider needs a response type that returns a `code` or an ID token*.
#[diagnostic::on_unimplemented(
    message = "an OpenID Provider needs a response type that returns a `code` or an ID token",
    label = "add `.grant(AuthorizationCode::new())` and `.response_type(Code)`, or remove `OpenId`: nobody could sign in",
    note = "people sign in at the authorization endpoint (OpenID Connect Core section 3), which the metadata has to name (Discovery section 3); the response types are `{R}`"
)]
pub trait PeopleCanSignIn<
    G: GrantList,
    R: ResponseTypeList,
    Verdict = Implies<
        <Self as FeatureList>::Has<crate::wire_key!("openid")>,
        Or<SignsIn<R>, Or<<G as List>::Contains<KeyOf<AuthorizationCode>>, Unserved<G, R>>>,
    >,
> where
    Self: FeatureList,
{
}
impl<G: GrantList, R: ResponseTypeList, F: FeatureList> PeopleCanSignIn<G, R, Yes> for F {}
type SignsIn<R> = Or<<R as ResponseTypeList>::AnyCode, <R as ResponseTypeList>::AnyIdToken>;
type Unserved<G, R> = And<<G as List>::Contains<KeyOf<Implicit>>, Not<<R as ResponseTypeList>::AnyAccessToken>>;

/// Clients get the ID tokens that they expect unless they registered otherwise. Where there are no keys at all, [`SignedTokensHaveAKey`]
/// says so.
///
/// Where it does not hold, the compiler says: *an OpenID Provider signs with RS256, and these signing keys do not*.
#[diagnostic::on_unimplemented(
    message = "an OpenID Provider signs with RS256, and these signing keys do not",
    label = "add RS256 beside the others, as in `SigningKeys::stored().algorithm(Es256).algorithm(Rs256)`",
    note = "RS256 is what a client gets that registers nothing else (OpenID Connect Registration section 2), and what every provider has (Core section 15.1), except under `Fapi2`; the features are `{Self}`"
)]
pub trait IdTokensHaveRs256<
    P: Profile,
    Verdict = Implies<
        And<<Self as FeatureList>::Has<crate::wire_key!("openid")>, <BaseOf<P> as Sealed>::BelowFapi2>,
        Or<Not<<Self as FeatureList>::BringsKeys>, <Self as FeatureList>::AnySignsRs256>,
    >,
> where
    Self: FeatureList,
{
}
impl<P: Profile, F: FeatureList> IdTokensHaveRs256<P, Yes> for F {}
type BaseOf<P> = <P as Sealed>::Base;

/// Logout is that of an OpenID Provider.
///
/// Where it does not hold, the compiler says: *logout needs the `OpenId` feature*.
#[diagnostic::on_unimplemented(
    message = "logout needs the `OpenId` feature",
    label = "add `.enable(OpenId::new(claims))` to the chain, or remove `RpInitiatedLogout` and `BackChannelLogout`",
    note = "a client shows by an ID token whom it wants to sign out, and is told so by a `sid` (OpenID Connect RP-Initiated Logout section 2, Back-Channel Logout section 2.4); the features are `{Self}`"
)]
pub trait LogoutIsOfSignIns<
    Verdict = Implies<
        Or<
            <Self as FeatureList>::Has<crate::wire_key!("end_session_endpoint")>,
            <Self as FeatureList>::Has<crate::wire_key!("backchannel_logout_supported")>,
        >,
        <Self as FeatureList>::Has<crate::wire_key!("openid")>,
    >,
> where
    Self: FeatureList,
{
}
impl<F: FeatureList> LogoutIsOfSignIns<Yes> for F {}

/// Requests that are pushed go on at the authorization endpoint. Where a grant lacks its response type, or people cannot sign in, the rules
/// for that say so.
///
/// Where it does not hold, the compiler says: *this server takes pushed authorization requests and has no authorization endpoint*.
#[diagnostic::on_unimplemented(
    message = "this server takes pushed authorization requests and has no authorization endpoint",
    label = "add `.grant(AuthorizationCode::new())` and `.response_type(Code)` to the chain, or remove `PushedAuthorizationRequests`",
    note = "a `request_uri` is for the authorization endpoint (RFC 9126 section 4), which exists to serve response types; the response types are `{R}`"
)]
pub trait PushedRequestsGoOn<
    G: GrantList,
    R: ResponseTypeList,
    Verdict = Implies<
        <Self as FeatureList>::Has<crate::wire_key!("pushed_authorization_request_endpoint")>,
        HasAnEndpoint<Self, G, R>,
    >,
> where
    Self: FeatureList,
{
}
impl<G: GrantList, R: ResponseTypeList, F: FeatureList> PushedRequestsGoOn<G, R, Yes> for F {}

/// Requests that are signed are authorization requests. The rules that say more come first, as above.
///
/// Where it does not hold, the compiler says: *this server reads signed authorization requests and has no authorization endpoint*.
#[diagnostic::on_unimplemented(
    message = "this server reads signed authorization requests and has no authorization endpoint",
    label = "add `.grant(AuthorizationCode::new())` and `.response_type(Code)` to the chain, or remove `RequestObjects`",
    note = "a request object is for the authorization endpoint (RFC 9101 section 5), which exists to serve response types; the response types are `{R}`"
)]
pub trait SignedRequestsAreServed<
    G: GrantList,
    R: ResponseTypeList,
    Verdict = Implies<
        <Self as FeatureList>::Has<crate::wire_key!("request_object_signing_alg_values_supported")>,
        HasAnEndpoint<Self, G, R>,
    >,
> where
    Self: FeatureList,
{
}
impl<G: GrantList, R: ResponseTypeList, F: FeatureList> SignedRequestsAreServed<G, R, Yes> for F {}

/// Responses that are signed are authorization responses. The rules that say more come first, as above.
///
/// Where it does not hold, the compiler says: *this server signs authorization responses and has no authorization endpoint*.
#[diagnostic::on_unimplemented(
    message = "this server signs authorization responses and has no authorization endpoint",
    label = "add `.grant(AuthorizationCode::new())` and `.response_type(Code)` to the chain, or remove `Jarm`",
    note = "a `response_mode` is for responses of the authorization endpoint (JARM section 2.3), which exists to serve response types; the response types are `{R}`"
)]
pub trait SignedResponsesAreGiven<
    G: GrantList,
    R: ResponseTypeList,
    Verdict = Implies<
        <Self as FeatureList>::Has<crate::wire_key!("authorization_signing_alg_values_supported")>,
        HasAnEndpoint<Self, G, R>,
    >,
> where
    Self: FeatureList,
{
}
impl<G: GrantList, R: ResponseTypeList, F: FeatureList> SignedResponsesAreGiven<G, R, Yes> for F {}

/// There is an authorization endpoint, or another rule says that there has to be one.
type HasAnEndpoint<F, G, R> =
    Or<Not<<R as List>::IsEmpty>, Or<LacksResponse<G>, <F as FeatureList>::Has<crate::wire_key!("openid")>>>;
/// Of such a grant without a response type that has been said.
type LacksResponse<G> = Or<<G as List>::Contains<KeyOf<AuthorizationCode>>, <G as List>::Contains<KeyOf<Implicit>>>;

/// Where ID-JAGs are issued, it is for ID tokens: there are some, and what signs. Where there are no keys, [`SignedTokensHaveAKey`] says so.
///
/// Where it does not hold, the compiler says: *this server issues ID-JAGs and has no ID tokens to exchange for them*.
#[diagnostic::on_unimplemented(
    message = "this server issues ID-JAGs and has no ID tokens to exchange for them",
    label = "add `.enable(OpenId::new(claims))` and `.enable(SigningKeys::stored().algorithm(Rs256))` to the chain, or remove `.id_jags(..)`",
    note = "an identity provider signs an ID-JAG for the client to whose ID token it belongs (draft-ietf-oauth-identity-assertion-authz-grant section 4.3.3); the features are `{Self}`"
)]
pub trait IdJagsHaveIdTokens<
    G: GrantList,
    Verdict = Implies<<G as GrantList>::AnyVouches, <Self as FeatureList>::Has<crate::wire_key!("openid")>>,
> where
    Self: FeatureList,
{
}
impl<G: GrantList, F: FeatureList> IdJagsHaveIdTokens<G, Yes> for F {}

/// Where ID-JAGs are accepted, somebody knows the resources that they name.
///
/// Where it does not hold, the compiler says: *this server accepts ID-JAGs and does not know which resources there are*.
#[diagnostic::on_unimplemented(
    message = "this server accepts ID-JAGs and does not know which resources there are",
    label = "add `.enable(ResourceIndicators::new(resources))` to the chain",
    note = "the `resource` of an ID-JAG becomes the audience of the access token, and is processed by RFC 8707 section 2 (draft-ietf-oauth-identity-assertion-authz-grant section 4.4.1); the features are `{Self}`"
)]
pub trait AssertedResourcesAreKnown<
    G: GrantList,
    Verdict = Implies<<G as GrantList>::AnyNamesResources, <Self as FeatureList>::Has<crate::wire_key!("resource_indicators")>>,
> where
    Self: FeatureList,
{
}
impl<G: GrantList, F: FeatureList> AssertedResourcesAreKnown<G, Yes> for F {}

/// Where every access token is bound to a key, none leaves the authorization endpoint, where nobody proves to have one.
///
/// Where it does not hold, the compiler says: *the access tokens of this server are all bound to a key, but not those of the authorization endpoint*.
#[diagnostic::on_unimplemented(
    message = "the access tokens of this server are all bound to a key, but not those of the authorization endpoint",
    label = "remove the response type that returns an access token, or write `Dpop::new()` and `MutualTls::new()`, which permit bearer tokens",
    note = "a key is proved with a token request (RFC 9449 section 5, RFC 8705 section 6.4), and a browser that is redirected proves none; the response types are `{R}`"
)]
pub trait BoundTokensAreAskedFor<
    R: ResponseTypeList,
    Verdict = Implies<<Self as FeatureList>::Assured<BoundTokens>, Not<<R as ResponseTypeList>::AnyAccessToken>>,
> where
    Self: FeatureList,
{
}
impl<R: ResponseTypeList, F: FeatureList> BoundTokensAreAskedFor<R, Yes> for F {}

/// Introspection responses are signed where there are some.
///
/// Where it does not hold, the compiler says: *signed introspection responses need the introspection endpoint*.
#[diagnostic::on_unimplemented(
    message = "signed introspection responses need the introspection endpoint",
    label = "add `.enable(Introspection::new())` to the chain, or remove `JwtIntrospection`",
    note = "RFC 9701 section 4: a resource server asks the introspection endpoint of RFC 7662 for a signed response; the features are `{Self}`"
)]
pub trait SignedIntrospectionIsServed<
    Verdict = Implies<
        <Self as FeatureList>::Has<crate::wire_key!("introspection_signing_alg_values_supported")>,
        <Self as FeatureList>::Has<KeyOf<Introspection>>,
    >,
> where
    Self: FeatureList,
{
}
impl<F: FeatureList> SignedIntrospectionIsServed<Yes> for F {}

/// What is signed is signed with a key.
///
/// Where it does not hold, the compiler says: *this server signs tokens and has no signing key*.
#[diagnostic::on_unimplemented(
    message = "this server signs tokens and has no signing key",
    label = "add `.enable(SigningKeys::stored().algorithm(Es256))` to the chain, or keys from elsewhere",
    note = "JWT access tokens are signed (RFC 9068 section 2.1), and so are ID tokens (OpenID Connect Core section 2) and authorization responses (JARM section 2.2); the features are `{Self}`"
)]
pub trait SignedTokensHaveAKey<Verdict = Implies<<Self as FeatureList>::AnySigns, <Self as FeatureList>::BringsKeys>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList> SignedTokensHaveAKey<Yes> for F {}

/// Where access tokens are signed under an algorithm that the chain names, there is a key for it.
///
/// Where it does not hold, the compiler says: *access tokens of this server are signed under an algorithm for which it has no key*.
#[diagnostic::on_unimplemented(
    message = "access tokens of this server are signed under an algorithm for which it has no key",
    label = "add the algorithm to the keys, as in `SigningKeys::stored().algorithm(Es256).algorithm(Rs256)`",
    note = "a key signs under one algorithm (RFC 8725 section 3.1), and `JwtAccessTokens` names those that it needs; the features are `{Self}`"
)]
pub trait AlgorithmsHaveAKey<Verdict = Implies<<Self as FeatureList>::BringsKeys, <Self as FeatureList>::AlgorithmsHaveKeys>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList> AlgorithmsHaveAKey<Yes> for F {}

/// Keys sign something.
///
/// Where it does not hold, the compiler says: *this server has signing keys and signs nothing with them*.
#[diagnostic::on_unimplemented(
    message = "this server has signing keys and signs nothing with them",
    label = "add what signs, such as `JwtAccessTokens`, or remove `SigningKeys`",
    note = "clients would look for tokens that the keys of `jwks_uri` (RFC 8414 section 2) verify; the features are `{Self}`"
)]
pub trait SigningKeysAreUsed<Verdict = Implies<<Self as FeatureList>::BringsKeys, <Self as FeatureList>::AnySigns>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList> SigningKeysAreUsed<Yes> for F {}

/// Where something needs master keys, the chain was given some.
///
/// Where it does not hold, the compiler says: *this server needs master keys and was given none*.
#[diagnostic::on_unimplemented(
    message = "this server needs master keys and was given none",
    label = "add `.master_keys(MasterKeys::parse(..)?)` to the chain",
    note = "stored signing keys are sealed under them (RFC 7517 section 9.2) unless they have a sealer of their own, `SigningKeys::stored_with(sealer)`, pairwise subjects are derived from them (OpenID Connect Core section 8.1), and so are the nonces of `Dpop` (RFC 9449 section 8); the features are `{Self}`"
)]
pub trait MasterKeysAreGiven<M: Gives, Verdict = Implies<<Self as FeatureList>::AnyNeedsMasterKeys, <M as Gives>::MasterKeys>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList, M: Gives> MasterKeysAreGiven<M, Yes> for F {}

/// Where something gets documents from URLs that strangers name, the chain was given a fetcher.
///
/// Where it does not hold, the compiler says: *this server has to fetch documents that its clients name, and has no fetcher*.
#[diagnostic::on_unimplemented(
    message = "this server has to fetch documents that its clients name, and has no fetcher",
    label = "add `.fetcher(Fetcher::new()?)` to the chain; for keys of clients alone, `PrivateKeyJwt::inline_keys()` and `RequestObjects::inline_keys()` need none",
    note = "a client may register where its keys are (`jwks_uri`, RFC 7591 section 2), or be the URL of a document (`ClientMetadataDocuments`), and who names a URL sends this server's request there: a `Fetcher` says where it may go; the features are `{Self}`"
)]
pub trait FetcherIsGiven<M: Gives, Verdict = Implies<<Self as FeatureList>::AnyNeedsFetcher, <M as Gives>::Fetcher>>
where
    Self: FeatureList,
{
}
impl<F: FeatureList, M: Gives> FetcherIsGiven<M, Yes> for F {}
