//! Tokens that are bound to a key of the client (DPoP, RFC 9449): with each request for tokens the client proves to have the key, and
//! with each request that presents them. Feature `jose`.

mod bind;
mod check;
mod confirm;
mod policy;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::OnceLock;

pub use policy::{DpopNonces, DpopOptional, DpopPolicy, DpopRequired, NoDpopNonces, NoncePolicy};

use http::HeaderMap;

use crate::authorization::Checking;
use crate::client::{Client, ClientRejection};
use crate::core::{Core, Manners};
use crate::dpop::{Accepted, Expected, NONCE, Nonces, PROOF, ProofRefusal, ProofRules};
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, Here, sealed};
use crate::http::call::Call;
use crate::http::parameters::Parameter;
use crate::issue::{Binding, Confirmed, IssueContext, Shown};
use crate::jose::Algorithm;
use crate::storage::ReplayStore;
use crate::typelevel::choice::Open;
use crate::typelevel::{Flag, List, No};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError, StoreError};

/// The parameter of authorization requests (RFC 9449 section 10).
const PARAMETER: &str = "dpop_jkt";
const INVALID_DPOP_PROOF: ErrorCode = ErrorCode::extension("invalid_dpop_proof");
const USE_DPOP_NONCE: ErrorCode = ErrorCode::extension("use_dpop_nonce");

/// Clients bind their tokens to a key of their own (DPoP, RFC 9449): who steals a token has not the key, and so nothing. The manual's page
/// [tokens that thieves cannot use](crate::manual::dpop) tells the whole of it.
///
/// | constructor | a token request without a proof |
/// |---|---|
/// | [`new`](Self::new) | gets a bearer token, unless the client registered [`dpop_bound_access_tokens`](crate::ClientBuilder::dpop_bound_access_tokens) |
/// | [`required`](Self::required) | is refused, unless the token is bound to a certificate (`MutualTls`): this server has no bearer tokens |
///
/// The storage has to be a [`ReplayStore`](crate::ReplayStore).
///
/// # What is accepted
///
/// One header `DPoP` with one JWT of at most 8 KiB:
///
/// | | |
/// |---|---|
/// | `typ` | `dpop+jwt` |
/// | `alg` | one of [`algorithms`](Self::algorithms); never `none` or a MAC |
/// | `jwk` | the public key, for that algorithm; RSA of 2048 to 4096 bits |
/// | `htm`, `htu` | the method, and the URL of the endpoint as the metadata has it, whatever `Host` says; query and fragment do not count, nor do spellings of one URL |
/// | `iat` | at most 60 seconds ago or ahead |
/// | `nonce` | one of the last minutes, where [`nonces`](Self::nonces) are required |
/// | `ath` | the hash of the access token, where one is presented |
/// | `jti` | not seen before from this key at this URL |
///
/// Anything else is `invalid_dpop_proof`. What costs little comes first, the signature after it, and last of all the `jti` is remembered,
/// for as long as the proof is good.
///
/// # What is bound
///
/// * The access token of every grant, and the answer says `token_type` `DPoP`. At introspection and in JWTs it has `cnf` with `jkt`.
/// * The refresh token of a client that does not authenticate: only the owner of the key can use it, and its successors. Others are bound
///   to their client already, and may change their key (RFC 9449 section 5).
/// * A code, if the authorization request names the key (`dpop_jkt`), or was pushed with a proof.
///
/// A request that has not the key which one of these is bound to is `invalid_grant`.
pub struct Dpop<R = DpopOptional, N = NoDpopNonces> {
    rules: ProofRules,
    /// Made of the master keys when the first is needed: the chain knows them at its end.
    nonces: OnceLock<Option<Nonces>>,
    policy: PhantomData<fn() -> (R, N)>,
}

impl Dpop {
    /// Binds the tokens of clients that ask for it, by sending a proof, and of those that registered to get no others.
    #[must_use]
    pub fn new() -> Self {
        Self::with(ProofRules::default())
    }
}

impl Dpop<DpopRequired> {
    /// Binds all tokens: a token request without a proof is refused.
    #[must_use]
    pub fn required() -> Self {
        Self::with(ProofRules::default())
    }
}

impl<R, N> Dpop<R, N> {
    fn with(rules: ProofRules) -> Self {
        Self { rules, nonces: OnceLock::new(), policy: PhantomData }
    }

    /// Accepts proofs by these algorithms and no others, of which there is at least one. Without this call: all of
    /// [`Algorithm`](crate::Algorithm).
    ///
    /// A profile may have less (`Fapi2`: `PS256`, `ES256` and `EdDSA`). Where it has none of these, whatever is signed is refused, and an
    /// error is logged when the server is built.
    #[must_use]
    pub fn algorithms<const A: usize>(mut self, algorithms: [Algorithm; A]) -> Self {
        const { assert!(A > 0, "name at least one algorithm: no client could prove anything") };
        self.rules = ProofRules::new(algorithms);
        self
    }
}

impl<R> Dpop<R> {
    /// Proofs have to have a nonce of this server (RFC 9449 section 8), so that nobody can make them in advance. A request without one is
    /// told one, in the header `DPoP-Nonce`, with the error `use_dpop_nonce`; a client that has an older one is told the newest with
    /// its tokens, with userinfo, and with a pushed request, so it has to ask twice only the first time.
    ///
    /// They are derived from the [master keys](crate::Builder::master_keys) and the time, so all instances know those of the others, and
    /// nothing is stored. Each is good for at least four minutes.
    #[must_use]
    pub fn nonces(self) -> Dpop<R, DpopNonces> {
        Dpop::with(self.rules)
    }
}

impl<R: DpopPolicy, N: NoncePolicy> Dpop<R, N> {
    /// Must the client prove to have a key, whatever it asks for?
    fn is_required_of(&self, client: &Client) -> bool {
        !<R::Assures as List>::IsEmpty::VALUE || client.dpop_bound_access_tokens()
    }

    fn nonces_of<S>(&self, core: &Core<S>) -> Option<&Nonces> {
        if !N::Given::VALUE {
            return None;
        }
        let make = || core.master_keys.as_ref().map(|keys| Nonces::new(keys, core.issuer.as_str()));
        self.nonces.get_or_init(make).as_ref()
    }

    /// The proof, checked but for that it comes for the first time.
    fn examine<S>(&self, core: &Core<S>, text: &str, of: Request<'_>, now: Timestamp) -> Result<Accepted, ProofRefusal> {
        let examined = self.examine_at(core, text, of, now);
        // Clients with certificates find the endpoint elsewhere, too (RFC 8705 section 5).
        let moved = core.alias_origin.as_deref().zip(of.url.strip_prefix(core.issuer.origin()));
        match (examined, moved) {
            (Err(ProofRefusal::Target), Some((origin, path))) => {
                self.examine_at(core, text, Request { url: &format!("{origin}{path}"), ..of }, now)
            }
            (examined, _) => examined,
        }
    }

    fn examine_at<S>(&self, core: &Core<S>, text: &str, of: Request<'_>, now: Timestamp) -> Result<Accepted, ProofRefusal> {
        let nonces = self.nonces_of(core);
        // A rule keeps this from happening.
        if N::Given::VALUE && nonces.is_none() {
            return Err(ProofRefusal::Nonce);
        }
        self.rules.check(text, &Expected { method: of.method, url: of.url, token: of.token, nonces, now })
    }

    /// Whether the storage saw it for the first time.
    fn first<S>(&self, core: &Core<S>, is_first: Result<bool, StoreError>, now: Timestamp) -> Result<(), OAuthError> {
        match is_first? {
            true => Ok(()),
            false => Err(self.refused(core, ProofRefusal::Used, now)),
        }
    }

    /// What the client is told, with a nonce for its next proof where it needs one.
    fn refused<S>(&self, core: &Core<S>, refusal: ProofRefusal, now: Timestamp) -> OAuthError {
        tracing::info!(reason = %refusal, "refused a DPoP proof");
        let code = if refusal == ProofRefusal::Nonce { USE_DPOP_NONCE } else { INVALID_DPOP_PROOF };
        let error = OAuthError::new(code, refusal.to_string());
        match self.nonces_of(core).and_then(|nonces| nonces.newest(now)) {
            Some(nonce) => error.header(NONCE, nonce),
            None => error,
        }
    }
}

/// The request with which a proof came.
#[derive(Clone, Copy)]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    token: Option<&'a str>,
}

impl Default for Dpop {
    fn default() -> Self {
        Self::new()
    }
}

impl<R, N> fmt::Debug for Dpop<R, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dpop").field("algorithms", &self.rules.names()).finish_non_exhaustive()
    }
}

crate::wire_name!(impl<R, N> Dpop<R, N> = "dpop");
impl<R, N> sealed::Sealed for Dpop<R, N> {}

#[diagnostic::do_not_recommend]
impl<R: DpopPolicy, N: NoncePolicy> Feature for Dpop<R, N> {
    type Format = Open;
    type Keys = Open;
    type Signs = No;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = N::Given;
    type NeedsFetcher = No;
    type Assures = R::Assures;
    const BINDS_TO_KEYS: bool = true;
    const AUTHORIZATION_PARAMETERS: &'static [Parameter] = &[Parameter::once(PARAMETER)];
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn keep_to(&mut self, manners: Manners) {
        self.rules.narrow("Dpop", |name| manners.permit_algorithm(name));
    }
    fn describe(&self, _: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.dpop_signing_alg_values_supported = self.rules.names().to_vec();
    }
    fn check_client(&self, client: &Client, _: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        if !self.is_required_of(client) {
            return;
        }
        let is_unbound = |name: &str| name.split(' ').any(|word| word == "token");
        let unbound = client.response_types().filter(|name| is_unbound(name));
        reasons.extend(unbound.map(|name| ClientRejection::UnboundResponseType(name.to_owned())));
    }
}

/// Not `async`: each layer of that is one more that the compiler has to look through where there are many features.
impl<S: ReplayStore, R: DpopPolicy, N: NoncePolicy> FeatureOn<S> for Dpop<R, N> {
    fn check(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        checking: &Checking<'_>,
        asked: &mut Asked,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send {
        self.check_request(core, call, checking, asked)
    }

    fn bind(&self, cx: &IssueContext<'_, S>, binding: &mut Binding) -> impl Future<Output = Result<(), OAuthError>> + Send {
        self.bind_tokens(cx, binding)
    }

    fn confirm(
        &self,
        core: &Core<S>,
        shown: &Shown<'_>,
        confirmed: &mut Confirmed,
    ) -> impl Future<Output = Result<(), OAuthError>> + Send {
        self.confirm_shown(core, shown, confirmed)
    }

    fn proof_algorithms(&self) -> &[&'static str] {
        self.rules.names()
    }

    /// RFC 9449 section 8.2: the newest, and not only where the client has an older one, as it takes the last that it is told.
    fn tell(&self, core: &Core<S>, call: &Call<'_>, headers: &mut HeaderMap) {
        if !call.headers().contains_key(PROOF) {
            return;
        }
        if let Some(nonce) = self.nonces_of(core).and_then(|nonces| nonces.newest(core.now())) {
            headers.insert(NONCE, nonce);
        }
    }
}
