//! Authorization responses that are signed (JWT Secured Authorization Response Mode for OAuth 2.0, JARM). Feature `jose`.

mod policy;

use std::fmt;
use std::marker::PhantomData;

pub use policy::{JarmOptional, JarmPolicy, JarmRequired};

use crate::authorization::{AuthorizationResponse, Checking};
use crate::client::{Client, ClientRejection};
use crate::core::Core;
use crate::extension::metadata::{Metadata, MetadataContext};
use crate::feature::{Feature, FeatureOn, Here, sealed, signed_for};
use crate::http::call::Call;
use crate::issue::Keyring;
use crate::jose::AuthorizationResponseJwt;
use crate::typelevel::choice::Open;
use crate::typelevel::{No, WireName, Yes};
use crate::values::asked::Asked;
use crate::values::clock::Timestamp;
use crate::values::error::OAuthError;
use crate::values::json::{self, MemberSink as _, name};
use crate::values::response_mode::{EncodedMode, ResponseMode};

/// How many seconds a response is good: as many as a browser may need to bring it. At most ten minutes are recommended (JARM section 2.1).
const LIFETIME: u64 = 300;

/// The parameter that carries the response (JARM section 2.3).
const RESPONSE: &str = "response";

/// What the JWT says of itself, whatever else is in it.
const OF_THE_JWT: [&str; 4] = ["iss", "aud", "exp", "iat"];

const MODES: &[EncodedMode] = &[
    EncodedMode { name: "jwt", travels: None },
    EncodedMode { name: "query.jwt", travels: Some(ResponseMode::Query) },
    EncodedMode { name: "fragment.jwt", travels: Some(ResponseMode::Fragment) },
    EncodedMode { name: "form_post.jwt", travels: Some(ResponseMode::FormPost) },
];

/// Authorization responses as JWTs that the server signs (JARM): whoever gets one knows that this server answers, and to whom, and nobody in
/// between has changed it. Errors are signed as well. Clients ask with a `response_mode`:
///
/// | `response_mode` | the one parameter `response` is |
/// |---|---|
/// | `query.jwt` | in the query; not for responses with a token, which would be in a URL (section 2.3.1) |
/// | `fragment.jwt` | in the fragment |
/// | `form_post.jwt` | in a form that the browser posts |
/// | `jwt` | where responses of the response type are by default: in the query with a code alone, else in the fragment |
///
/// | constructor | a request without one of them is |
/// |---|---|
/// | [`new`](Self::new) | answered as ever, unless the client registered [`response_modes`](crate::ClientBuilder::response_modes) without the mode |
/// | [`required`](Self::required) | `invalid_request` (FAPI 2.0 Message Signing section 5.4.1) |
///
/// The JWT has `iss`, the `client_id` as `aud`, an `exp` in five minutes, `iat`, and the parameters of the response. It is signed under the
/// algorithm that the client registered as `authorization_signed_response_alg`, which has to be one of those that the keys of the server
/// sign with. For a client that registered none it is RS256 (section 3), and on a server without such a key its preferred one. It is not
/// encrypted.
///
/// ```
/// use grantor::{
///     AuthorizationCode, AuthorizationServer, Code, Development, Es256, Jarm, MemoryStore, OAuth21, SigningKeys, issuer,
/// };
///
/// let server = AuthorizationServer::builder()
///     .profile(Development::<OAuth21>::new())
///     .issuer(issuer!("https://auth.example.com"))
///     .storage(MemoryStore::new())
///     .grant(AuthorizationCode::new())
///     .response_type(Code)
///     .enable(SigningKeys::ephemeral().algorithm(Es256))
///     .enable(Jarm::new())
///     .build();
/// # let _ = server;
/// ```
pub struct Jarm<R = JarmOptional>(PhantomData<fn() -> R>);

impl Jarm {
    /// Clients may ask for signed responses.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl Jarm<JarmRequired> {
    /// Clients have to ask for signed responses.
    #[must_use]
    pub const fn required() -> Self {
        Self(PhantomData)
    }
}

impl Default for Jarm {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Jarm<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jarm")
    }
}

crate::wire_name!(impl<R> Jarm<R> = "authorization_signing_alg_values_supported");
impl<R> sealed::Sealed for Jarm<R> {}

#[diagnostic::do_not_recommend]
impl<R: JarmPolicy> Feature for Jarm<R> {
    type Format = Open;
    type Keys = Open;
    type Signs = Yes;
    type KeysVanish = No;
    type NamesNoAlgorithm = No;
    type NeedsMasterKeys = No;
    type NeedsFetcher = No;
    type Assures = ();
    const RESPONSE_MODES: &'static [EncodedMode] = MODES;
    const INSISTS_ON_MODES: bool = R::REQUIRED;
    fn format(&self) -> &Open {
        &Open
    }
    fn keys(&self) -> &Open {
        &Open
    }
    fn describe(&self, cx: &MetadataContext<'_>, metadata: &mut Metadata) {
        metadata.authorization_signing_alg_values_supported = cx.signing_algorithms.to_vec();
    }
    fn check_client(&self, client: &Client, here: Here<'_>, reasons: &mut Vec<ClientRejection>) {
        let registered = client.authorization_signed_response_alg();
        let member = "authorization_signed_response_alg";
        reasons.extend(signed_for::rejection(registered, here.algorithms, member, <Self as WireName>::NAME));
    }
}

impl<S: Send + Sync, R: JarmPolicy> FeatureOn<S> for Jarm<R> {
    async fn check(&self, _: &Core<S>, _: &Call<'_>, _: &Checking<'_>, asked: &mut Asked) -> Result<(), OAuthError> {
        let is_signed = asked.encoded.as_deref().is_some_and(|mode| MODES.iter().any(|own| own.name == mode));
        if R::REQUIRED && !is_signed {
            return Err(OAuthError::invalid_request(
                "the response_mode has to be jwt, or another one of JARM: this server signs its responses",
            ));
        }
        Ok(())
    }

    async fn encode_response<K: Keyring>(
        &self,
        core: &Core<S>,
        keys: &K,
        client: &Client,
        response: &AuthorizationResponse,
    ) -> Result<AuthorizationResponse, OAuthError> {
        let now = core.now();
        let algorithm = signed_for::algorithm(client.authorization_signed_response_alg(), client, keys)?;
        let claims = claims(core.issuer.as_str(), client.id().as_str(), now, response);
        let token = keys.sign::<AuthorizationResponseJwt>(algorithm, &claims, now).await?;
        let mut encoded = AuthorizationResponse::new();
        encoded.push(RESPONSE, token);
        Ok(encoded)
    }
}

/// The JWT (JARM section 2.1): texts are strings, and the one number is a number.
fn claims(issuer: &str, client_id: &str, now: Timestamp, response: &AuthorizationResponse) -> Vec<u8> {
    json::text(1_024, |members| {
        members.string(name!("iss"), issuer);
        members.string(name!("aud"), client_id);
        members.number(name!("exp"), now.saturating_add_secs(LIFETIME).as_unix());
        members.number(name!("iat"), now.as_unix());
        for (name, value) in response.pairs().filter(|(name, _)| !OF_THE_JWT.contains(name)) {
            match value.parse::<u64>() {
                Ok(seconds) if name == "expires_in" => members.number(name!("expires_in"), seconds),
                _ => members.value(name, value),
            }
        }
    })
}
