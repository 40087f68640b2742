//! The resource server as an axum extractor: a handler that takes [`Authorized`] cannot run without a good token, and does
//! not compile unless the application's state has the [`ResourceServer`].

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::step_up::Required;
use super::{Challenge, ResourceServer, TokenVerifier};
use crate::token::claims::TokenClaims;

/// The scope that a handler requires. Define one with [`required_scope!`](crate::required_scope).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a required scope",
    label = "not a `RequiredScope`",
    note = "define it with `required_scope!({Self} = \"read\");`, or leave it out to accept any scope"
)]
pub trait RequiredScope: Send + Sync + 'static {
    /// Scope tokens separated by single spaces; empty if none is required. One that is malformed (RFC 6749 section 3.3) does
    /// not compile.
    const SCOPE: &'static str;
}

/// Any active token will do, whatever its scope.
#[derive(Debug, Clone, Copy)]
pub struct AnyScope;

impl RequiredScope for AnyScope {
    const SCOPE: &'static str = "";
}

/// Defines a type that names the scope that a handler requires (feature `axum`). The literal is checked by `cargo check`.
///
/// ```
/// grantor::required_scope!(
///     /// May read reports.
///     pub ReadReports = "report:read"
/// );
/// # fn main() {}
/// ```
///
/// Two spaces in a row are not a scope (RFC 6749 section 3.3):
///
/// ```compile_fail
/// grantor::required_scope!(pub Both = "read  write");
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! required_scope {
    ($(#[$attribute:meta])* $visibility:vis $name:ident = $scope:literal $(;)?) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy)]
        $visibility struct $name;

        impl $crate::RequiredScope for $name {
            const SCOPE: &'static str = $scope;
        }

        const _: () = $crate::AnyScope::check($scope);
    };
}

impl AnyScope {
    /// For [`required_scope!`](crate::required_scope) only: fails the build unless the text is one or more scope tokens.
    #[doc(hidden)]
    #[track_caller]
    pub const fn check(scope: &'static str) {
        assert!(!scope.is_empty(), "name at least one scope token; where none is required, use `AnyScope`");
        assert!(
            is_scope(scope),
            "not a scope: tokens of printable ASCII without quote and backslash, one space between them (RFC 6749 section 3.3)"
        );
    }
}

/// How the person behind a token must have signed in for a handler (RFC 9470). Define one with
/// [`required_authentication!`](crate::required_authentication).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how a person must have signed in",
    label = "not a `RequiredAuthentication`",
    note = "define it with `required_authentication!({Self} = acr \"phr\", max_age 300);`, or leave it out where any sign-in will do"
)]
pub trait RequiredAuthentication: Send + Sync + 'static {
    /// The classes of which one is required (`acr`), separated by single spaces; empty if any will do.
    const ACR_VALUES: &'static str;
    /// The seconds that may have passed since the person signed in; `None` if any number may.
    const MAX_AGE: Option<u64>;
}

/// Any sign-in will do, and none.
#[derive(Debug, Clone, Copy)]
pub struct AnyAuthentication;

impl RequiredAuthentication for AnyAuthentication {
    const ACR_VALUES: &'static str = "";
    const MAX_AGE: Option<u64> = None;
}

/// Defines a type that names how the person must have signed in for a handler (RFC 9470; feature `axum`): under one of these classes, not
/// longer ago than so many seconds, or both. The literals are checked by `cargo check`.
///
/// ```
/// grantor::required_authentication!(
///     /// With a key that resists phishing.
///     pub Strong = acr "phr phrh"
/// );
/// grantor::required_authentication!(pub Recent = max_age 300);
/// grantor::required_authentication!(pub StrongAndRecent = acr "phr phrh", max_age 300);
/// # fn main() {}
/// ```
///
/// Two spaces in a row do not separate values:
///
/// ```compile_fail
/// grantor::required_authentication!(pub Strong = acr "phr  phrh");
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! required_authentication {
    ($(#[$attribute:meta])* $visibility:vis $name:ident = acr $values:literal $(, max_age $seconds:literal)? $(;)?) => {
        $crate::required_authentication!(@ [$(#[$attribute])*] $visibility $name, $values, [$($seconds)?]);
        const _: () = $crate::AnyAuthentication::check($values);
    };
    ($(#[$attribute:meta])* $visibility:vis $name:ident = max_age $seconds:literal $(;)?) => {
        $crate::required_authentication!(@ [$(#[$attribute])*] $visibility $name, "", [$seconds]);
    };
    (@ [$(#[$attribute:meta])*] $visibility:vis $name:ident, $values:literal, [$($seconds:literal)?]) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy)]
        $visibility struct $name;

        impl $crate::RequiredAuthentication for $name {
            const ACR_VALUES: &'static str = $values;
            const MAX_AGE: ::core::option::Option<u64> = $crate::AnyAuthentication::seconds(&[$($seconds)?]);
        }
    };
}

impl AnyAuthentication {
    /// For [`required_authentication!`](crate::required_authentication) only: fails the build unless the text is one or more values.
    #[doc(hidden)]
    #[track_caller]
    pub const fn check(values: &'static str) {
        assert!(!values.is_empty(), "name at least one authentication context class; where any will do, leave `acr` out");
        assert!(
            is_scope(values),
            "not authentication context classes: printable ASCII without quote and backslash, one space between them (RFC 9470 section 3)"
        );
    }

    /// For the macro only.
    #[doc(hidden)]
    #[must_use]
    pub const fn seconds(given: &[u64]) -> Option<u64> {
        match given {
            [seconds] => Some(*seconds),
            _ => None,
        }
    }
}

/// The grammar of RFC 6749 section 3.3, or the empty text.
const fn is_scope(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut after_space = true;
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b' ' if after_space => return false,
            b' ' => after_space = true,
            0x21 | 0x23..=0x5b | 0x5d..=0x7e => after_space = false,
            _ => return false,
        }
        i += 1;
    }
    bytes.is_empty() || !after_space
}

/// By whom and for what a token was checked.
type Proof<T> = PhantomData<fn() -> T>;

/// Extracts the claims of the request's token; refuses the request with a [`Challenge`] if it is not good, or lacks the scope
/// `R`, or if its person did not sign in as `A` says. The state must hold the verifier: `ResourceServer<V>` is the state, or `FromRef`
/// takes it out.
///
/// ```
/// use axum::{Router, routing::get};
/// use grantor::{Authorized, ResourceServer, TokenVerifier, required_authentication, required_scope};
///
/// required_scope!(Read = "read");
/// required_authentication!(StrongAndRecent = acr "phr phrh", max_age 300);
///
/// fn router<V: TokenVerifier>(server: ResourceServer<V>) -> Router {
///     let routes = Router::new().route("/me", get(me::<V>)).route("/reports", get(reports::<V>));
///     routes.route("/payments", get(payments::<V>)).with_state(server)
/// }
///
/// async fn me<V: TokenVerifier>(claims: Authorized<V>) -> String {
///     claims.person().unwrap_or("a client").to_owned()
/// }
///
/// async fn reports<V: TokenVerifier>(_: Authorized<V, Read>) -> &'static str {
///     "only with the scope `read`"
/// }
///
/// async fn payments<V: TokenVerifier>(_: Authorized<V, Read, StrongAndRecent>) -> &'static str {
///     "only for whoever signed in with a security key, in the last five minutes"
/// }
/// ```
///
/// Without the verifier in the state a handler does not compile:
///
/// ```compile_fail
/// # use axum::{Router, routing::get};
/// # use grantor::{Authorized, HttpClient, RemoteVerifier};
/// fn router<H: HttpClient>() -> Router {
///     Router::new().route("/me", get(me::<H>)).with_state(())
/// }
///
/// async fn me<H: HttpClient>(claims: Authorized<RemoteVerifier<H>>) -> String {
///     claims.person().unwrap_or("a client").to_owned()
/// }
/// ```
pub struct Authorized<V, R = AnyScope, A = AnyAuthentication> {
    claims: TokenClaims,
    proof: Proof<(V, R, A)>,
}

impl<V, R, A> Authorized<V, R, A> {
    /// The claims, without the type that says how they were checked.
    #[must_use]
    pub fn into_claims(self) -> TokenClaims {
        self.claims
    }
}

impl<V, R, A> Deref for Authorized<V, R, A> {
    type Target = TokenClaims;

    fn deref(&self) -> &TokenClaims {
        &self.claims
    }
}

impl<V, R, A> fmt::Debug for Authorized<V, R, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authorized").field(&self.claims).finish()
    }
}

impl<V, R, A, S> FromRequestParts<S> for Authorized<V, R, A>
where
    V: TokenVerifier,
    R: RequiredScope,
    A: RequiredAuthentication,
    ResourceServer<V>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Challenge;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Challenge> {
        // `RequiredScope` can also be implemented without the macro.
        const { assert!(is_scope(R::SCOPE), "`RequiredScope::SCOPE` is not a scope (RFC 6749 section 3.3)") };
        const { assert!(is_scope(A::ACR_VALUES), "`RequiredAuthentication::ACR_VALUES` are not values (RFC 9470 section 3)") };
        let server = ResourceServer::<V>::from_ref(state);
        let authentication = Required { acr_values: A::ACR_VALUES, max_age: A::MAX_AGE };
        let claims = server.authenticate_text(parts, R::SCOPE, authentication).await?;
        Ok(Self { claims, proof: PhantomData })
    }
}

impl IntoResponse for Challenge {
    fn into_response(self) -> Response {
        self.to_response().map(Body::from)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scripted, now};
    use super::super::{Presented, VerifierError};
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use http::Request;
    use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
    use tower_service::Service;

    crate::required_scope!(Read = "read");
    crate::required_scope!(Admin = "read admin");

    #[derive(Clone)]
    struct Application {
        resources: ResourceServer<Scripted>,
    }

    impl FromRef<Application> for ResourceServer<Scripted> {
        fn from_ref(application: &Application) -> Self {
            application.resources.clone()
        }
    }

    fn router() -> Router {
        async fn name<R>(claims: Authorized<Scripted, R>) -> String {
            claims.into_claims().subject().unwrap_or_default().to_owned()
        }
        let routes = Router::new().route("/any", get(name::<AnyScope>)).route("/read", get(name::<Read>));
        routes.route("/admin", get(name::<Admin>)).with_state(Application { resources: ResourceServer::new(Scripted) })
    }

    #[test]
    fn handlers_run_only_with_their_scope() {
        for (path, header, status, challenge) in [
            ("/any", Some("Bearer good"), 200, None),
            ("/read", Some("Bearer good"), 200, None),
            ("/admin", Some("Bearer good"), 403, Some(r#"scope="read admin""#)),
            ("/any", Some("Bearer bad"), 401, Some(r#"error="invalid_token""#)),
            ("/read", Some("Bearer bad token"), 400, Some(r#"error="invalid_request""#)),
            ("/any", None, 401, Some(r#"Bearer realm="resource""#)),
            ("/any", Some("Bearer odd"), 500, None),
        ] {
            let mut request = Request::builder().uri(path);
            if let Some(header) = header {
                request = request.header(AUTHORIZATION, header);
            }
            let response = now(router().call(request.body(Body::empty()).unwrap())).unwrap();
            assert_eq!(response.status(), status, "{path} {header:?}");
            let sent = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap());
            assert_eq!(sent.is_some(), challenge.is_some());
            assert!(sent.unwrap_or_default().contains(challenge.unwrap_or_default()), "{path} {sent:?}");
        }
    }

    #[test]
    fn the_layer_fits_an_axum_router() {
        let server = ResourceServer::new(Scripted);
        let router = Router::new().route("/", get(|| async { "in" }));
        let mut router: Router = router.layer(server.layer(crate::values::scope::Scope::empty()));
        for (header, status) in [("Bearer good", 200), ("Bearer bad", 401)] {
            let request = Request::builder().uri("/").header(AUTHORIZATION, header).body(Body::empty()).unwrap();
            assert_eq!(now(router.call(request)).unwrap().status(), status);
        }
    }

    /// Knows every token, and by whom it is shown: the URL of the request.
    struct Echo;

    impl TokenVerifier for Echo {
        async fn verify(&self, presented: &Presented<'_>) -> Result<Option<TokenClaims>, VerifierError> {
            let claims = serde_json::json!({"sub": presented.url()});
            serde_json::from_value(claims).map(Some).map_err(VerifierError::failed)
        }
    }

    #[test]
    fn the_url_is_that_of_the_request_also_below_a_nested_router() {
        async fn url(claims: Authorized<Echo>) -> String {
            claims.subject().unwrap_or("none").to_owned()
        }
        for (base, expected) in [(None, "none"), (Some("https://api.example.com/"), "https://api.example.com/v1/notes/7")] {
            let server = ResourceServer::new(Echo);
            let server = base.map_or(Ok(server.clone()), |base| server.base_url(base)).unwrap();
            let inner = Router::new().route("/notes/{id}", get(url));
            let mut router: Router = Router::new().nest("/v1", inner).with_state(server);
            let request = Request::builder().uri("/v1/notes/7?x=1").header("host", "evil.example");
            let request = request.header(AUTHORIZATION, "Bearer t").body(Body::empty()).unwrap();
            let body = now(axum::body::to_bytes(now(router.call(request)).unwrap().into_body(), 100)).unwrap();
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn the_constant_check_agrees_with_the_scope_type() {
        for text in ["", "a", "a b", "a  b", " a", "a ", " ", "a\"b", "a\\b", "a\tb", "\u{7f}", "\u{e9}", "!#[]~ a:b/c"] {
            assert_eq!(is_scope(text), crate::values::scope::Scope::parse(text).is_ok(), "{text:?}");
        }
    }
}
