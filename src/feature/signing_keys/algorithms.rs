//! The algorithms of a server's keys, as a list.

use crate::jose::{Algorithm, SigningAlgorithm};
use crate::typelevel::choice::Names;
use crate::typelevel::flag::{Holds, Not};
use crate::typelevel::tuples::up_to_16;
use crate::typelevel::{List, WireName};

/// The algorithms of signing keys: a tuple such as `(Es256, Rs256)`. The first is preferred. Keys have each once;
/// [`JwtAccessTokens`](crate::JwtAccessTokens) may name one for each of several resources.
pub trait SigningAlgorithms: List + Names + Send + Sync + 'static {
    /// The same as values.
    const ALL: &'static [Algorithm];
}

macro_rules! algorithms {
    ($($A:ident $i:tt),*) => {
        impl<$($A: SigningAlgorithm),*> SigningAlgorithms for ($($A,)*) {
            const ALL: &'static [Algorithm] = &[$($A::ALGORITHM),*];
        }
    };
}
up_to_16!(algorithms);

/// Each algorithm once.
///
/// Where it does not hold, the compiler says: *the signing algorithm `…` is there twice*.
#[diagnostic::on_unimplemented(
    message = "the signing algorithm `{X}` is there twice",
    label = "remove one of them: these keys have this algorithm already",
    note = "at each moment one key signs under an algorithm; the algorithms so far are `{Self}`"
)]
pub trait LacksAlgorithm<X> {}
#[diagnostic::do_not_recommend]
impl<L: List, X: WireName> LacksAlgorithm<X> for L where Not<L::Contains<X::Key>>: Holds {}
