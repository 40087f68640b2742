//! What the application does when somebody signs out: only it knows who is signed in.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};

use crate::client::Client;
use crate::http::page;
use crate::typelevel::taken::taken;
use crate::values::error::StoreError;
use crate::values::subject::Subject;

/// Who is signed in in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    subject: Subject,
    session: Arc<str>,
}

impl SignedIn {
    /// This person, in the sign-in of this name: the one that [`Approval::session`](crate::Approval::session) was told.
    #[must_use]
    pub fn new(subject: Subject, session: impl Into<Arc<str>>) -> Self {
        Self { subject, session: session.into() }
    }

    /// The person.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What the application calls the sign-in.
    #[must_use]
    pub fn session(&self) -> &str {
        &self.session
    }
}

/// Signs people out of the application that signs them in. The library ends what was authorized in the sign-in, and has clients told; that
/// nobody is signed in any more in the browser is for the application.
///
/// ```
/// use bytes::Bytes;
/// use grantor::{RpInitiatedLogout, SignOut, SignedIn, StoreError, Subject};
/// use http::header::SET_COOKIE;
/// use http::{HeaderMap, HeaderValue, Request};
///
/// struct Accounts;
/// # impl Accounts {
/// #     async fn session(&self, _: &HeaderMap) -> Result<Option<(String, String)>, StoreError> { Ok(None) }
/// #     async fn forget(&self, _: &str) -> Result<(), StoreError> { Ok(()) }
/// # }
///
/// impl SignOut for Accounts {
///     async fn signed_in(&self, http: &Request<Bytes>) -> Result<Option<SignedIn>, StoreError> {
///         let Some((number, user)) = self.session(http.headers()).await? else { return Ok(None) };
///         Ok(Some(SignedIn::new(Subject::new(user).map_err(StoreError::failed)?, number)))
///     }
///
///     async fn sign_out(&self, _: &Request<Bytes>, who: &SignedIn) -> Result<HeaderMap, StoreError> {
///         self.forget(who.session()).await?;
///         let mut headers = HeaderMap::new();
///         headers.insert(SET_COOKIE, HeaderValue::from_static("__Host-session=; Max-Age=0; Path=/; Secure"));
///         Ok(headers)
///     }
/// }
/// # let _ = RpInitiatedLogout::new(Accounts);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not sign people out",
    label = "`RpInitiatedLogout` needs a `SignOut`",
    note = "whoever signs people in ends that again (OpenID Connect RP-Initiated Logout section 2): implement `SignOut` for `{Self}`"
)]
pub trait SignOut: Send + Sync + 'static {
    /// Who is signed in in the browser that sent this request, as its cookies say. `None` if nobody is.
    fn signed_in(&self, http: &Request<Bytes>) -> impl Future<Output = Result<Option<SignedIn>, StoreError>> + Send;

    /// Ends the application's session. The headers go out with the answer: a `Set-Cookie` that removes the cookie. An error is 503
    /// `temporarily_unavailable`; the person tries again, and so it has to work a second time.
    fn sign_out(&self, http: &Request<Bytes>, who: &SignedIn) -> impl Future<Output = Result<HeaderMap, StoreError>> + Send;

    /// The page that asks whether to sign out: with a form that posts the [fields](LogoutRequest::fields) to the
    /// [action](LogoutRequest::action). Without this one the library's own.
    fn ask(&self, request: &LogoutRequest<'_>) -> Response<Bytes> {
        page::ask_to_sign_out(request.action(), request.fields(), request.client().map(Client::name))
    }

    /// The page that people see in the end who are not sent back to a client. Without this one the library's own.
    fn signed_out(&self, _: &LogoutRequest<'_>) -> Response<Bytes> {
        page::signed_out()
    }
}

impl<A: SignOut> SignOut for Arc<A> {
    fn signed_in(&self, http: &Request<Bytes>) -> impl Future<Output = Result<Option<SignedIn>, StoreError>> + Send {
        A::signed_in(self, http)
    }
    fn sign_out(&self, http: &Request<Bytes>, who: &SignedIn) -> impl Future<Output = Result<HeaderMap, StoreError>> + Send {
        A::sign_out(self, http, who)
    }
    fn ask(&self, request: &LogoutRequest<'_>) -> Response<Bytes> {
        A::ask(self, request)
    }
    fn signed_out(&self, request: &LogoutRequest<'_>) -> Response<Bytes> {
        A::signed_out(self, request)
    }
}

/// It signs people out. `Is` is found by the compiler.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not sign people out",
    label = "`RpInitiatedLogout` needs a `SignOut`",
    note = "whoever signs people in ends that again (OpenID Connect RP-Initiated Logout section 2): implement `SignOut` for `{Self}`"
)]
pub trait SignsPeopleOut<Is>: Sized {
    type Taken: SignOut;
    fn taken(self) -> Self::Taken;
}
taken!(SignsPeopleOut: SignOut);

/// A logout request (OpenID Connect RP-Initiated Logout section 2), as pages need it.
pub struct LogoutRequest<'a> {
    pub(super) client: Option<&'a Client>,
    pub(super) who: Option<&'a SignedIn>,
    pub(super) action: &'a str,
    pub(super) fields: &'a [(&'a str, &'a str)],
    pub(super) ui_locales: Option<&'a str>,
}

impl<'a> LogoutRequest<'a> {
    /// The client that the person comes from. Only where the request has an ID token of this server is that certain; without one anybody
    /// may have named it.
    #[must_use]
    pub const fn client(&self) -> Option<&'a Client> {
        self.client
    }

    /// Who is, or was, signed in.
    #[must_use]
    pub const fn signed_in(&self) -> Option<&'a SignedIn> {
        self.who
    }

    /// Where the form is posted to.
    #[must_use]
    pub const fn action(&self) -> &'a str {
        self.action
    }

    /// The hidden fields of the form, names and values. Whoever posts them has seen the page.
    #[must_use]
    pub const fn fields(&self) -> &'a [(&'a str, &'a str)] {
        self.fields
    }

    /// The languages that the person prefers, what they like best first (`ui_locales`).
    pub fn ui_locales(&self) -> impl Iterator<Item = &'a str> {
        self.ui_locales.unwrap_or_default().split(' ').filter(|tag| !tag.is_empty())
    }
}

impl fmt::Debug for LogoutRequest<'_> {
    /// Without the fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutRequest").field("client_id", &self.client.map(Client::id)).finish_non_exhaustive()
    }
}
