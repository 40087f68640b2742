//! [`ErasedServer`]: any server as one type.

use std::fmt;
use std::sync::Arc;

use crate::server::facade::{Administers, AdministersObject, ServesObject, SuspendsObject, SuspendsRequests};

/// Any server as one type, cheap to clone: for a struct field, for tenants in a map, or for a program that chooses between two
/// servers by a flag.
///
/// ```
/// # use grantor::*;
/// # fn servers(strict: bool) -> ErasedServer {
/// let issuer = issuer!("https://auth.example.com");
/// let store = std::sync::Arc::new(MemoryStore::new());
/// let (modern, legacy) = (Development::<OAuth21>::new(), Development::<Rfc6749>::new());
/// if strict {
///     let chain = AuthorizationServer::builder().profile(modern).issuer(issuer).storage(store);
///     ErasedServer::new(chain.grant(AuthorizationCode::new()).response_type(Code).build())
/// } else {
///     let chain = AuthorizationServer::builder().profile(legacy).issuer(issuer).storage(store);
///     ErasedServer::new(chain.grant(AuthorizationCode::new().pkce_optional()).response_type(Code).build())
/// }
/// # }
/// ```
///
/// `ErasedServer` serves. `ErasedServer<Administered>` also registers clients, says whether it is healthy, and lists and revokes
/// authorizations. Each call of an `async` method makes one box.
pub struct ErasedServer<K: Kept = Serving>(pub(super) Arc<K::Object>);

/// What an [`ErasedServer`] keeps of its server: [`Serving`] or [`Administered`].
pub trait Kept: 'static {
    #[doc(hidden)]
    type Object: SuspendsObject + ?Sized;
}

/// Answers requests: [`SuspendsRequests`].
#[derive(Debug, Clone, Copy)]
pub struct Serving;

impl Kept for Serving {
    type Object = dyn SuspendsObject;
}

/// Besides, what is asked of a server that is administered: [`Administers`].
#[derive(Debug, Clone, Copy)]
pub struct Administered;

impl Kept for Administered {
    type Object = dyn AdministersObject;
}

impl ErasedServer {
    /// Forgets the type of the server.
    pub fn new(server: impl SuspendsRequests) -> Self {
        Self(Arc::new(server))
    }
}

impl ErasedServer<Administered> {
    /// Forgets the type of the server, and keeps what is asked of it beside requests, for which its storage needs
    /// [`ClientRegistry`](crate::ClientRegistry), [`HealthCheck`](crate::HealthCheck) and
    /// [`AuthorizationRecords`](crate::AuthorizationRecords). It becomes a plain `ErasedServer` with [`into`](Into::into).
    ///
    /// ```
    /// # use grantor::*;
    /// # async fn onboard(client: Client) -> Result<(), RegisterError> {
    /// let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).storage(MemoryStore::new());
    /// let machines = chain.issuer(issuer!("https://auth.example.com/machines")).grant(ClientCredentials::new()).build();
    /// let tenants: Vec<ErasedServer<Administered>> = vec![ErasedServer::administered(machines)];
    /// for tenant in &tenants {
    ///     tenant.register_client(client.clone()).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn administered(server: impl Administers) -> Self {
        Self(Arc::new(server))
    }
}

impl From<ErasedServer<Administered>> for ErasedServer {
    fn from(server: ErasedServer<Administered>) -> Self {
        Self(server.0)
    }
}

impl<K: Kept> Clone for ErasedServer<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Kept> fmt::Debug for ErasedServer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedServer").field("issuer", ServesObject::issuer(&*self.0)).finish_non_exhaustive()
    }
}

/// A trait of the facade, each of its methods written once, and the name of its twin that can be an object. `async` stands for
/// `async fn`; in brackets is an associated type, and which it is of an [`ErasedServer`].
///
/// An `Arc<Sv>` has the trait if `Sv` has it, and an [`ErasedServer`] if it keeps the twin: as methods of its own too, so that
/// nothing has to be imported, and that say what is missing where it does not. What is `async` is boxed by the twin only. Behind `@`
/// stands an attribute of the method in all of them.
macro_rules! facade {
    (@future fn $Out:ty) => { $Out };
    (@future async $Out:ty) => { impl Future<Output = $Out> + Send }; // No `dyn`: store an `ErasedServer`, or be generic.
    (@boxed fn $Out:ty) => { $Out };
    (@boxed async $Out:ty) => { Boxed<'_, $Out> };
    (@boxed async $Out:ty, $call:lifetime) => { Boxed<$call, $Out> };
    (@into_box fn $value:expr) => { $value };
    (@into_box async $value:expr) => { Box::pin($value) };
    (
        $(#[$about:meta])*
        pub trait $Facade:ident: $Above:ident $(+ $AlsoAbove:ident)* {
            $([$(#[$type_about:meta])* type $Type:ident: $Bound:ident = $Erased:ty;])?
            $(
                $(#[$method_about:meta])*
                $(@[$when:meta])?
                $kind:ident $method:ident $(<$call:lifetime>)? (&$($this:lifetime)? self $(, $arg:ident: $Arg:ty)*) -> $Out:ty;
            )*
        }
        $(#[$object_about:meta])*
        as trait $Object:ident: $ObjectAbove:ident $(+ $AlsoObjectAbove:ident)*;
    ) => {
        $(#[$about])*
        pub trait $Facade: $Above $(+ $AlsoAbove)* + 'static {
            $($(#[$type_about])* type $Type: $Bound where Self: Sized;)?
            $(
                $(#[$method_about])*
                $(#[$when])?
                fn $method $(<$call>)? (&$($call)? self $(, $arg: $Arg)*) -> facade!(@future $kind $Out);
            )*
        }

        #[doc(hidden)]
        $(#[$object_about])*
        pub trait $Object: $ObjectAbove $(+ $AlsoObjectAbove)* + 'static {
            $($(#[$when])? fn $method $(<$call>)? (&$($call)? self $(, $arg: $Arg)*) -> facade!(@boxed $kind $Out $(, $call)?);)*
        }

        #[diagnostic::do_not_recommend]
        impl<Sv: $Facade> $Object for Sv {
            $($(#[$when])? fn $method $(<$call>)? (&$($call)? self $(, $arg: $Arg)*) -> facade!(@boxed $kind $Out $(, $call)?) {
                facade!(@into_box $kind <Sv as $Facade>::$method(self $(, $arg)*))
            })*
        }

        #[diagnostic::do_not_recommend]
        impl<Sv: $Facade> $Facade for Arc<Sv> {
            $(type $Type = Sv::$Type;)?
            $($(#[$when])? fn $method $(<$call>)? (&$($call)? self $(, $arg: $Arg)*) -> facade!(@future $kind $Out) {
                <Sv as $Facade>::$method(self $(, $arg)*)
            })*
        }

        #[diagnostic::do_not_recommend]
        impl<K: Kept<Object: $Object>> $Facade for ErasedServer<K> {
            $(type $Type = $Erased;)?
            $($(#[$when])? fn $method $(<$call>)? (&$($call)? self $(, $arg: $Arg)*) -> facade!(@future $kind $Out) {
                $Object::$method(&*self.0 $(, $arg)*)
            })*
        }

        impl<K: Kept> ErasedServer<K> {
            $(
                $(#[$method_about])*
                $(#[$when])?
                pub fn $method $(<$call>)? (&$($call)? self $(, $arg: $Arg)*) -> facade!(@boxed $kind $Out $(, $call)?)
                where
                    K::Object: $Object,
                {
                    $Object::$method(&*self.0 $(, $arg)*)
                }
            )*
        }
    };
}

pub(super) use facade;
