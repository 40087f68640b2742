//! Clients that authenticate with a key instead of a secret: `private_key_jwt` (RFC 7521 section 4.2, RFC 7523 sections 2.2 and 3, and
//! draft-ietf-oauth-rfc7523bis). Feature `jose`.

mod assertion;
mod audiences;
mod refusal;

use std::fmt;
use std::marker::PhantomData;

use assertion::{Assertion, Expected, Once};
pub use audiences::{AssertionAudiences, IssuerAlone, OlderAudiences};
use refusal::Refusal;

use crate::authentication::Claimed;
use crate::client::{Client, ClientAuthenticationMethod, ClientRejection, Credentials};
use crate::core::{Core, Manners};
use crate::feature::client_keys::{self, ClientKeys, FetchedKeys, InlineKeys, KnownKeys, Tried};
use crate::feature::{Feature, FeatureOn, Here, sealed};
use crate::http::call::Call;
use crate::http::endpoints;
use crate::http::parameters::Parameter;
use crate::jose::{Algorithm, PermittedAlgorithms};
use crate::storage::{ReplayKey, ReplayStore};
use crate::typelevel::No;
use crate::typelevel::choice::Open;
use crate::values::error::OAuthError;

const METHOD: ClientAuthenticationMethod = ClientAuthenticationMethod::PrivateKeyJwt;

/// The parameters (RFC 7521 section 4.2), and the one type of assertion (RFC 7523 section 2.2).
const ASSERTION: &str = "client_assertion";
const TYPE: &str = "client_assertion_type";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const PARAMETERS: &[Parameter] = &[Parameter::once(ASSERTION), Parameter::once(TYPE)];

/// Seconds, unless [`PrivateKeyJwt::leeway`] says otherwise, and between which bounds (FAPI 2.0 Security Profile section 5.3.2.1).
const LEEWAY: u64 = 10;
const MAX_LEEWAY: u64 = 60;

/// Clients authenticate with a JWT that they sign (`private_key_jwt`, RFC 7523 section 2.2), wherever clients authenticate. They register
/// public keys: as `jwks`, or as `jwks_uri`, where they publish them.
///
/// | constructor | whose keys are | needs |
/// |---|---|---|
/// | [`new`](Self::new) | in its record, or at its `jwks_uri` | a [`fetcher`](crate::Builder::fetcher) |
/// | [`inline_keys`](Self::inline_keys) | in its record; one with a `jwks_uri` is not registered | |
///
/// The storage has to be a [`ReplayStore`].
///
/// # What is accepted
///
/// | | |
/// |---|---|
/// | parameters | `client_assertion_type` is `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, `client_assertion` the JWT, of at most 8 KiB; a `client_id` names the same client; nothing of another method is there |
/// | `typ` | `client-authentication+jwt`, `JWT`, or none |
/// | `alg` | one of [`algorithms`](Self::algorithms); the one that the client registered, if it did |
/// | `iss`, `sub` | both the `client_id` |
/// | `aud` | the issuer of this server, as the only value and as a string (see [`older_audiences`](Self::older_audiences)) |
/// | `exp` | to come, and no more than five minutes after `iat` and after now |
/// | `nbf`, `iat` | at most [so many seconds](Self::leeway) ahead, for clocks that differ |
/// | `jti` | not seen before from this client: an assertion is good once |
///
/// What costs little comes first, the signature after it, and last of all the `jti` is remembered, until `exp`.
///
/// A client whose assertion names a key (`kid`) that is not among those that were fetched, or that none of them verifies, has its
/// `jwks_uri` asked again, at most as often as [`Fetcher::keep_for`](crate::Fetcher::keep_for) permits: a new key is good at once or half a minute later. Where keys
/// cannot be fetched the answer is 503 `temporarily_unavailable`, since nobody knows whether the client is who it says.
pub struct PrivateKeyJwt<K = FetchedKeys, A = IssuerAlone> {
    algorithms: PermittedAlgorithms,
    leeway: u64,
    known: KnownKeys,
    keys: PhantomData<fn() -> K>,
    audiences: PhantomData<fn() -> A>,
}

impl PrivateKeyJwt {
    /// Keys from the records of clients, and from where they publish them.
    #[must_use]
    pub fn new() -> Self {
        Self::of_all_algorithms()
    }
}

impl PrivateKeyJwt<InlineKeys> {
    /// Keys from the records of clients alone. This server sends no request for a client.
    #[must_use]
    pub fn inline_keys() -> Self {
        Self::of_all_algorithms()
    }
}

impl<K> PrivateKeyJwt<K> {
    fn of_all_algorithms() -> Self {
        let algorithms = PermittedAlgorithms::default();
        Self { algorithms, leeway: LEEWAY, known: KnownKeys::new(), keys: PhantomData, audiences: PhantomData }
    }
}

impl<K, A> PrivateKeyJwt<K, A> {
    /// Accepts signatures by these algorithms and no others (RFC 8725 section 3.1), of which there is at least one. Without this call: all
    /// of [`Algorithm`].
    ///
    /// A profile may have less (`Fapi2`: `PS256`, `ES256` and `EdDSA`). Where it has none of these, whatever is signed is refused, and an
    /// error is logged when the server is built.
    #[must_use]
    pub fn algorithms<const N: usize>(mut self, algorithms: [Algorithm; N]) -> Self {
        const { assert!(N > 0, "name at least one algorithm: clients could authenticate with none") };
        self.algorithms = PermittedAlgorithms::new(algorithms);
        self
    }

    /// Accepts what clients of before draft-ietf-oauth-rfc7523bis have for an `aud`, too: the URL of the token endpoint, or an array. Each
    /// of its values has to be this server's issuer or token endpoint; with a pushed authorization request also the endpoint for those
    /// (RFC 9126 section 2).
    ///
    /// An attacker whose server such a client also uses may have it sign an assertion for this one: it only has to name this server's
    /// token endpoint as its own (section 1 of the draft). So it is off, and no server of the FAPI 2.0 Security Profile has it on (section
    /// 5.3.2.1).
    #[must_use]
    pub fn older_audiences(self) -> PrivateKeyJwt<K, OlderAudiences> {
        let Self { algorithms, leeway, known, keys, .. } = self;
        PrivateKeyJwt { algorithms, leeway, known, keys, audiences: PhantomData }
    }

    /// By how many seconds a client's clock may be ahead of this one, 10 to 60. Without this call: 10.
    #[must_use]
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds.clamp(LEEWAY, MAX_LEEWAY);
        self
    }

    /// Those that the client may sign with: the one that it registered, if the server accepts it.
    fn permitted(&self, client: &Client) -> &[Algorithm] {
        self.algorithms.of(client.token_endpoint_auth_signing_alg())
    }
}

impl<K: ClientKeys, A: AssertionAudiences> PrivateKeyJwt<K, A> {
    /// Whether the assertion is this client's, is for this server, and is here for the first time.
    async fn check<S: ReplayStore>(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
    ) -> Result<Result<(), Refusal>, OAuthError> {
        let now = core.now();
        let expected = Expected {
            client_id: client.id().as_str(),
            issuer: core.issuer.as_str(),
            endpoints: A::OLDER.then(|| older_audiences(core, call)),
            leeway: self.leeway,
        };
        let assertion = match Assertion::decode(call.parameters().get(ASSERTION).unwrap_or_default()) {
            Ok(assertion) => assertion,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let permitted = self.permitted(client);
        let Once { jti, until } = match assertion.check(permitted, &expected, now) {
            Ok(once) => once,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let verify = |keys: &_| assertion.verify(permitted, keys);
        let tried = Tried { client, fetcher: core.fetcher.as_ref(), now };
        if let Err(unsigned) = self.known.signed::<K>(tried, verify).await? {
            return Ok(Err(unsigned.into()));
        }
        let key = ReplayKey::new("client_assertion", client.id().as_str(), &jti);
        let is_first = core.storage.first_time(&core.issuer, &key, until, now).await?;
        Ok(if is_first { Ok(()) } else { Err(Refusal::Used) })
    }
}

impl Default for PrivateKeyJwt {
    fn default() -> Self {
        Self::new()
    }
}

/// The endpoints that an assertion of the older kind may name: the token endpoint, and that for pushed requests where it came there.
fn older_audiences<S>(core: &Core<S>, call: &Call<'_>) -> Vec<String> {
    let url = |path| endpoints::url(&core.issuer, path);
    let pushed = url(core.endpoints.pushed_authorization_request_path());
    let mut audiences = vec![url(core.endpoints.token_path())];
    audiences.extend(call.url().filter(|own| *own == pushed));
    audiences
}

impl<K, A: AssertionAudiences> fmt::Debug for PrivateKeyJwt<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKeyJwt")
            .field("algorithms", &self.algorithms.names())
            .field("older_audiences", &A::OLDER)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}

crate::wire_name!(impl<K, A> PrivateKeyJwt<K, A> = "private_key_jwt");
impl<K, A> sealed::Sealed for PrivateKeyJwt<K, A> {}

#[diagnostic::do_not_recommend]
impl<K: ClientKeys, A: AssertionAudiences> Feature for PrivateKeyJwt<K, A> {
    type Format = Open;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = K::Fetched;
    type Assures = A::Assures;
    const AUTHENTICATION_METHODS: &'static [ClientAuthenticationMethod] = &[METHOD];
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn keep_to(&mut self, manners: Manners) {
        self.algorithms.narrow("PrivateKeyJwt", |name| manners.permit_algorithm(name));
    }
    fn authentication_algorithms(&self) -> &[&'static str] {
        self.algorithms.names()
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        if !matches!(client.credentials(), Credentials::Keys) {
            return;
        }
        let permitted = self.permitted(client);
        match client.token_endpoint_auth_signing_alg() {
            Some(name) if permitted.is_empty() => reasons.push(ClientRejection::UnknownAssertionAlgorithm(name.to_owned())),
            _ => reasons.extend(client_keys::rejection::<K>(client, permitted, here.fetcher)),
        }
    }
}

impl<S: ReplayStore, K: ClientKeys, A: AssertionAudiences> FeatureOn<S> for PrivateKeyJwt<K, A> {
    fn recognise<'c>(&self, call: &Call<'c>) -> Result<Option<Claimed<'c>>, OAuthError> {
        let parameters = call.parameters();
        parameters.reject_repeats(&[PARAMETERS])?;
        let (kind, text) = match (parameters.get(TYPE), parameters.get(ASSERTION)) {
            (None, None) => return Ok(None),
            (Some(kind), Some(text)) => (kind, text),
            _ => return Err(OAuthError::invalid_request("client_assertion and client_assertion_type go together")),
        };
        let id = match kind {
            JWT_BEARER => Assertion::decode(text).and_then(|assertion| assertion.client_id(self.algorithms.all())),
            _ => Err(Refusal::Kind),
        };
        let id = id.inspect_err(|reason| tracing::info!(%reason, "refused a client assertion")).ok();
        Ok(Some(Claimed { id: id.map(Into::into), method: METHOD }))
    }

    async fn prove(&self, core: &Core<S>, call: &Call<'_>, client: &Client) -> Result<bool, OAuthError> {
        let checked = self.check(core, call, client).await?;
        if let Err(reason) = &checked {
            tracing::info!(client_id = %client.id(), %reason, "refused a client assertion");
        }
        Ok(checked.is_ok())
    }
}
