//! Registering a client (RFC 7591 section 3), and what that shares with changing one.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::access::InitialAccess;
use super::refusal::Refusal;
#[cfg(not(feature = "jose"))]
use super::refusal::UNAPPROVED;
use super::{Admission, DynamicRegistration, RegistrationPolicy, RegistrationRequest, access, begin, body, configuration_url};
#[cfg(feature = "jose")]
use crate::client::SubjectType;
use crate::client::{
    Applicant, CheckedClient, Client, ClientId, ClientRejected, ClientSecret, Members, Offer, SelfRegistration, Unregistered,
};
use crate::core::Core;
use crate::events;
use crate::extension::metadata::Metadata;
use crate::extension::route::RouteView;
use crate::http::answer;
use crate::http::call::Call;
use crate::http::parameters::Parameters;
use crate::storage::{AuthorizationRecords, RegistrationStore};
use crate::values::bearer::{TokenHash, random_text};
use crate::values::clock::Timestamp;
use crate::values::error::{OAuthError, StoreError};
use crate::values::random::random;
use crate::values::scope::Scope;

const SOFTWARE_STATEMENT: &str = "software_statement";

/// Bytes of an identifier that the server makes. So many that none comes twice, also of a client that was removed.
const ID_BYTES: usize = 16;

/// Who asks, for what.
pub(super) struct Asking<'a> {
    pub(super) request: &'a Request<Bytes>,
    pub(super) members: Members,
    pub(super) initial_access: Option<InitialAccess>,
    /// What it is, if it changes its registration.
    pub(super) was: Option<&'a Client>,
    pub(super) id: ClientId,
    pub(super) registration: SelfRegistration,
}

/// A client that was admitted, with the secret that it gets now.
pub(super) struct Admitted {
    pub(super) client: CheckedClient,
    pub(super) secret: Option<ClientSecret>,
}

impl<P: RegistrationPolicy> DynamicRegistration<P> {
    pub(super) async fn register<S, V>(&self, view: &V, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal>
    where
        S: RegistrationStore + AuthorizationRecords,
        V: RouteView<S>,
    {
        let core = view.core();
        begin(core, request).await?;
        let initial_access = access::find(&self.initial_access, view, request.headers()).await?;
        if initial_access.is_none() && self.policy.requires_initial_access_token() {
            return Err(Refusal::Unauthorized { presented: false });
        }
        // Whoever is refused anyway takes nobody's turn.
        let now = self.admit(core, request)?;
        let members = body::read(request, self.most_bytes)?;
        let token = random_text().map_err(StoreError::from)?;
        let id = new_id()?;
        let registration = SelfRegistration::new(TokenHash::of(&token), self.unused_for, now);
        let asking = Asking { request, members, initial_access, was: None, id, registration };
        let Admitted { client, secret } = self.decide(view, asking, now).await?;
        let registered = client.client().clone();
        if !core.storage.add_client(&core.issuer, client, self.most_clients.get(), now).await? {
            return Err(Refusal::Full);
        }
        events::client_registered(&core.issuer, registered.id());
        let members = information(core, &registered, secret.as_ref(), &token);
        Ok(answer::json(StatusCode::CREATED, members))
    }

    /// Each request that changes something counts, before it is read.
    pub(super) fn admit<S>(&self, core: &Core<S>, request: &Request<Bytes>) -> Result<Timestamp, Refusal> {
        let now = core.now();
        self.rate.admit(request.extensions().get().copied(), now).map_err(Refusal::TooMany)?;
        Ok(now)
    }

    /// The client that whoever asks becomes, if the policy admits it.
    pub(super) async fn decide<S, V>(&self, view: &V, asking: Asking<'_>, now: Timestamp) -> Result<Admitted, Refusal>
    where
        S: RegistrationStore + AuthorizationRecords,
        V: RouteView<S>,
    {
        #[cfg_attr(not(feature = "jose"), allow(unused_mut, reason = "software statements change them"))]
        let Asking { request, mut members, initial_access, was, id, registration } = asking;
        let statement_text: Option<Arc<str>> = match members.has(SOFTWARE_STATEMENT) {
            true => Some(members.text(SOFTWARE_STATEMENT).ok_or_else(not_a_text)?.into()),
            false => None,
        };
        #[cfg(feature = "jose")]
        let statement = statement_text.as_deref().map(|text| self.statements.read(view.core(), text)).transpose()?;
        #[cfg(feature = "jose")]
        if let Some(statement) = &statement {
            members.overruled_by(statement.claims());
        }
        #[cfg(not(feature = "jose"))]
        if statement_text.is_some() {
            return Err(OAuthError::new(UNAPPROVED, "this server trusts nobody's software statements").into());
        }
        let metadata = self.described.get_or_init(|| {
            let mut metadata = view.describe();
            metadata.grant_types_supported.retain(|name| self.grant_types.iter().any(|own| own == name));
            metadata
        });
        let scope = self.offered_scope(view.core());
        let registration = registration.with_statement(statement_text);
        let applicant = Applicant::read(&members)?;
        let fresh = ClientSecret::random().map_err(StoreError::from)?;
        let offer = offer(metadata, &scope, view.core());
        let (client, secret) = applicant.into_client(&offer, was, registration, id, fresh)?;
        let (parameters, sent) = (Parameters::parse(&[]).map_err(OAuthError::from)?, members.to_object());
        let call = Call::of(request, &parameters).at(&view.core().issuer, view.core().endpoints.registration_path());
        let presented = initial_access.is_some();
        let asked = RegistrationRequest {
            call,
            client: &client,
            metadata: &sent,
            initial_access: initial_access.as_ref(),
            #[cfg(feature = "jose")]
            statement: statement.as_ref(),
            was,
        };
        let admission = self.policy.decide(&asked).await.map_err(|refusal| refusal.into_refusal(presented))?;
        let client = client.changed(&admission.changes, &view.core().scope_hierarchy);
        if client.grant_types().all(|grant| grant == "refresh_token") {
            return Err(Refusal::metadata("the client may use none of the grant types that it asks for"));
        }
        let client = self.ending(client, &admission, was, now);
        let (client, secret) = with_its_secret(client, secret, &admission, was, now)?;
        #[cfg(feature = "jose")]
        stays_in_its_sector(was, &client)?;
        view.check_client(&client).map_err(|rejected| Unregistered::from(&rejected))?;
        if let Some(reason) = view.examine(&client, now).await {
            return Err(Unregistered::from(&ClientRejected::because(&client, reason)).into());
        }
        Ok(Admitted { client: CheckedClient::new(client), secret })
    }

    /// The client with its end: soon, as it has not been used yet. To change what it registered is no use of it, so that nobody keeps
    /// clients for good that never get a token.
    fn ending(&self, mut client: Client, admission: &Admission, was: Option<&Client>, now: Timestamp) -> Client {
        let Some(registration) = client.registration() else { return client };
        let unused_for = admission.unused_for.unwrap_or(registration.unused_for());
        let registration = registration.clone().kept_unused_for(unused_for);
        let first_use = admission.first_use_within.unwrap_or(self.first_use_within);
        let first = now.saturating_add_secs(first_use.as_secs().min(unused_for.as_secs()));
        client = client.with_registration(registration);
        client.with_unused_until(was.map_or(Some(first), Client::unused_until))
    }

    /// The widest scope that a stranger gets.
    fn offered_scope<S>(&self, core: &Core<S>) -> Scope {
        let offered = match (&self.scope, &core.scopes) {
            (Some(own), Some(known)) => own.intersection(known),
            (Some(own), None) => own.clone(),
            (None, known) => known.clone().unwrap_or_default(),
        };
        // Whoever is let in does not let in others.
        match &self.initial_access.scope {
            Some(gate) => offered.filtered(|token| !core.scope_hierarchy.implies_any(token, gate)),
            None => offered,
        }
    }
}

fn not_a_text() -> Refusal {
    Refusal::metadata("software_statement must be a text (RFC 7591 section 3.1.1)")
}

fn new_id() -> Result<ClientId, Refusal> {
    let bytes = random::<ID_BYTES>().map_err(StoreError::from)?;
    ClientId::parse(&URL_SAFE_NO_PAD.encode(bytes)).map_err(|error| StoreError::failed(error).into())
}

/// From where everybody reads what the server has.
fn offer<'a, S>(metadata: &'a Metadata, scope: &'a Scope, core: &'a Core<S>) -> Offer<'a> {
    Offer {
        scope_is_default: core.manners.registered_scope_is_default,
        scope_hierarchy: &core.scope_hierarchy,
        grant_types: &metadata.grant_types_supported,
        response_types: &metadata.response_types_supported,
        authentication_methods: &metadata.token_endpoint_auth_methods_supported,
        scope,
        id_tokens: !metadata.id_token_signing_alg_values_supported.is_empty(),
        userinfo: metadata.userinfo_endpoint.is_some(),
        bound_tokens: !metadata.dpop_signing_alg_values_supported.is_empty(),
        certificate_bound_tokens: metadata.tls_client_certificate_bound_access_tokens,
        signed_introspection: !metadata.introspection_signing_alg_values_supported.is_empty(),
        signed_responses: !metadata.authorization_signing_alg_values_supported.is_empty(),
        request_objects: metadata.request_parameter_supported,
        end_session: metadata.end_session_endpoint.is_some(),
        logout_tokens: metadata.backchannel_logout_supported,
        pushing: metadata.pushed_authorization_request_endpoint.is_some(),
        details_types: &metadata.authorization_details_types_supported,
    }
}

/// Whoever has a token would see with it what another sector sees; and a client never sees two names of one person.
#[cfg(feature = "jose")]
fn stays_in_its_sector(was: Option<&Client>, client: &Client) -> Result<(), Refusal> {
    let Some(was) = was else { return Ok(()) };
    if was.subject_type() != client.subject_type() {
        return Err(Refusal::metadata("subject_type stays as it was registered: register another client"));
    }
    if client.subject_type() == SubjectType::Pairwise && was.sector() != client.sector() {
        return Err(Refusal::metadata("a client with pairwise subjects stays in its sector: register another one"));
    }
    Ok(())
}

/// The client with the secret that it needs, for as long as the policy says.
fn with_its_secret(
    client: Client,
    secret: Option<ClientSecret>,
    admission: &Admission,
    was: Option<&Client>,
    now: Timestamp,
) -> Result<(Client, Option<ClientSecret>), Refusal> {
    let lifetime = admission.secret_lifetime.map(|lifetime| lifetime.as_secs());
    let end = lifetime.map(|seconds| now.saturating_add_secs(seconds));
    if secret.is_some() {
        return Ok((client.with_newest_secret_until(end), secret));
    }
    // One whose secret is about to end gets another one in time; until then both are good.
    let ends = was.and_then(|_| client.credentials().secrets()?.newest().expires_at());
    let is_due = ends.is_some_and(|ends| lifetime.is_none_or(|seconds| ends < now.saturating_add_secs(seconds / 2)));
    if !is_due {
        return Ok((client, None));
    }
    let secret = ClientSecret::random().map_err(StoreError::from)?;
    let client = client.with_new_secret(&secret).map_err(Unregistered::from)?;
    Ok((client.with_newest_secret_until(end), Some(secret)))
}

/// What a client is told of its registration (RFC 7591 section 3.2.1, RFC 7592 section 3).
pub(super) fn information<S>(core: &Core<S>, client: &Client, secret: Option<&ClientSecret>, token: &str) -> Bytes {
    let mut members: Map<String, Value> = client.registered_members();
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    set("client_id", client.id().as_str().into());
    if let Some(method) = client.authentication_method() {
        set("token_endpoint_auth_method", method.as_str().into());
    }
    if let Some(secret) = secret {
        set("client_secret", secret.expose().into());
        let end = client.credentials().secrets().and_then(|secrets| secrets.newest().expires_at());
        set("client_secret_expires_at", end.map_or(0, Timestamp::as_unix).into());
    }
    if let Some(registration) = client.registration() {
        set("client_id_issued_at", registration.registered_at().as_unix().into());
        if let Some(statement) = registration.software_statement() {
            set(SOFTWARE_STATEMENT, statement.into());
        }
    }
    set("registration_client_uri", configuration_url(core, client.id().as_str()).into());
    set("registration_access_token", token.into());
    let text = Zeroizing::new(serde_json::to_vec(&members).unwrap_or_default());
    Bytes::copy_from_slice(&text)
}
