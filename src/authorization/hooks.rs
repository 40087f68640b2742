//! What the validation of an authorization request asks of the features of a server. A list of features answers for all of them.

use std::fmt;
use std::future::Future;

use zeroize::Zeroizing;

use crate::authorization::Asked;
use crate::call::Call;
use crate::client::Client;
use crate::core::Core;
use crate::error::TokenError;
use crate::parameters::{Parameter, append_query};

/// The phases of an authorization request.
#[doc(hidden)]
pub trait RequestHooks<S>: Send + Sync + 'static {
    /// Calls with the parameters that each feature reads.
    fn authorization_parameters(&self, each: &mut dyn FnMut(&'static [Parameter]));
    /// The request for which this one stands, if it is one of a feature's kind.
    fn unpack(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
    ) -> impl Future<Output = Result<Option<Unpacked>, TokenError>> + Send;
    /// Looks at a request that is valid otherwise, and adds to what was asked for.
    fn check(
        &self,
        core: &Core<S>,
        call: &Call<'_>,
        client: &Client,
        asked: &mut Asked,
    ) -> impl Future<Output = Result<(), TokenError>> + Send;
}

/// The parameters for which a request stands, in place of its own.
#[doc(hidden)]
pub struct Unpacked(Zeroizing<String>);

impl Unpacked {
    /// These parameters. What the request itself says counts no more.
    #[must_use]
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        Self(Zeroizing::new(append_query("", pairs)))
    }

    pub(super) fn encoded(&self) -> &[u8] {
        self.0.trim_start_matches('?').as_bytes()
    }
}

impl fmt::Debug for Unpacked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unpacked(..)")
    }
}
