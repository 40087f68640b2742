//! How long codes, tokens and interactions live, as types that cannot hold a value
//! outside the range this crate allows. The [`lifetime!`](crate::lifetime!) macro
//! checks a literal at compile time; `from_secs` checks a value read at run time.

use serde::{Deserialize, Serialize};

/// A lifetime outside its permitted range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be between {min} and {max} seconds, but was {value}")]
#[non_exhaustive]
pub struct LifetimeError {
    /// The name of the lifetime's type.
    pub name: &'static str,
    /// The refused value in seconds.
    pub value: u64,
    /// The shortest permitted lifetime in seconds.
    pub min: u64,
    /// The longest permitted lifetime in seconds.
    pub max: u64,
}

macro_rules! lifetimes {
    ($($(#[$doc:meta])* $name:ident: $min:literal ..= $max:literal, default $default:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u64", into = "u64")]
        pub struct $name(u64);

        impl $name {
            #[doc = concat!("The default: ", $default, " seconds.")]
            pub const DEFAULT: Self = Self::literal($default);

            #[doc = concat!("A lifetime of `seconds` seconds, which must be from ", $min, " to ", $max, ".")]
            ///
            /// # Errors
            ///
            /// [`LifetimeError`] when `seconds` is outside that range.
            pub const fn from_secs(seconds: u64) -> Result<Self, LifetimeError> {
                match Self::checked(seconds) {
                    Some(lifetime) => Ok(lifetime),
                    None => Err(LifetimeError {
                        name: stringify!($name),
                        value: seconds,
                        min: $min,
                        max: $max,
                    }),
                }
            }

            /// The lifetime in seconds.
            pub const fn as_secs(self) -> u64 {
                self.0
            }

            /// For constants only (see `lifetime!`): panics outside the range.
            #[doc(hidden)]
            #[track_caller]
            pub const fn literal(seconds: u64) -> Self {
                match Self::checked(seconds) {
                    Some(lifetime) => lifetime,
                    None => panic!(concat!(
                        stringify!($name), " must be between ", $min, " and ", $max, " seconds"
                    )),
                }
            }

            #[allow(unused_comparisons)] // one of the ranges starts at 0
            const fn checked(seconds: u64) -> Option<Self> {
                if seconds >= $min && seconds <= $max { Some(Self(seconds)) } else { None }
            }
        }

        impl From<$name> for u64 {
            fn from(lifetime: $name) -> Self {
                lifetime.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::DEFAULT
            }
        }

        impl TryFrom<u64> for $name {
            type Error = LifetimeError;

            fn try_from(seconds: u64) -> Result<Self, LifetimeError> {
                Self::from_secs(seconds)
            }
        }
    )*};
}

lifetimes! {
    /// How long an authorization code can be redeemed. RFC 6749 section 4.1.2: "A
    /// maximum authorization code lifetime of 10 minutes is RECOMMENDED."
    CodeLifetime: 1 ..= 600, default 60;
    /// How long an access token is accepted (`expires_in`, RFC 6749 section 5.1); at
    /// most a day, because a token that is not introspected lives this long after
    /// its revocation.
    AccessTokenLifetime: 1 ..= 86_400, default 600;
    /// How long a refresh token can be used (RFC 6749 section 6); at most a year.
    RefreshTokenLifetime: 1 ..= 31_536_000, default 1_209_600;
    /// How long after its first use a rotated refresh token is still answered, for a
    /// client that did not receive the response; 0 allows no retry. `SqliteStore` and `PostgresStore` measure it by one clock,
    /// however many instances there are (see [`storage`](crate::storage#clocks)).
    RetryWindow: 0 ..= 60, default 5;
    /// How long a user may take to sign in and consent before an authorization
    /// request is given up; at most an hour.
    InteractionLifetime: 1 ..= 3_600, default 600;
    /// How long a browser may come with a pushed authorization request (`expires_in`, RFC 9126 section 2.2, which has 5 to 600 seconds for
    /// an example). A person who came in time has as long as anybody to sign in ([`InteractionLifetime`]).
    PushedRequestLifetime: 5 ..= 600, default 60;
    /// How long a device may come with its code, and a person with theirs (`expires_in`, RFC 8628 section 3.2): time enough to find another
    /// device, to sign in there and to agree.
    DeviceCodeLifetime: 60 ..= 1_800, default 600;
    /// How long a device waits between two polls (`interval`, RFC 8628 section 3.2, which has 5 seconds where nothing is said).
    PollingInterval: 1 ..= 60, default 5;
    /// How long a client that registered itself stays registered while nobody uses it: a day to ten years.
    UnusedClientLifetime: 86_400 ..= 315_360_000, default 7_776_000;
    /// How long a client that registered itself has until it gets its first token: ten minutes to ten years. Programs register and send
    /// their person to sign in right after.
    FirstUseLifetime: 600 ..= 315_360_000, default 21_600;
    /// How long the secret of a client that registered itself is good (`client_secret_expires_at`, RFC 7591 section 3.2.1): an hour to ten
    /// years. One that changes its registration gets a new one once half of that has passed.
    ClientSecretLifetime: 3_600 ..= 315_360_000, default 31_536_000;
}

/// A lifetime checked at compile time.
///
/// ```
/// let lifetime = grantor::lifetime!(CodeLifetime, 30);
/// assert_eq!(lifetime.as_secs(), 30);
/// ```
///
/// A value outside the range does not compile:
///
/// ```compile_fail
/// grantor::lifetime!(CodeLifetime, 601);
/// ```
// A constant item, not an inline `const`: `cargo check` evaluates only the former.
#[macro_export]
macro_rules! lifetime {
    ($kind:ident, $secs:expr) => {{
        const CHECKED_LIFETIME: $crate::$kind = $crate::$kind::literal($secs);
        CHECKED_LIFETIME
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! bounds {
        ($($name:ident, $min:expr, $max:expr, $default:expr;)*) => {$(
            for seconds in [$min, $max] {
                assert_eq!($name::from_secs(seconds).unwrap().as_secs(), seconds);
                let read: $name = serde_json::from_value(seconds.into()).unwrap();
                assert_eq!(read.as_secs(), seconds);
            }
            for seconds in [u64::wrapping_sub($min, 1), $max + 1] {
                assert_eq!($name::from_secs(seconds).unwrap_err().value, seconds);
                assert!(serde_json::from_value::<$name>(seconds.into()).is_err());
            }
            assert_eq!($name::default().as_secs(), $default);
        )*};
    }

    // shows: RFC6749-4.1.2-03, RFC6750-5.2-10
    #[test]
    fn both_bounds_are_inclusive() {
        bounds! {
            CodeLifetime, 1, 600, 60;
            AccessTokenLifetime, 1, 24 * 60 * 60, 600;
            RefreshTokenLifetime, 1, 365 * 24 * 60 * 60, 14 * 24 * 60 * 60;
            RetryWindow, 0, 60, 5;
            InteractionLifetime, 1, 60 * 60, 600;
            PushedRequestLifetime, 5, 600, 60;
            DeviceCodeLifetime, 60, 1_800, 600;
            PollingInterval, 1, 60, 5;
        }
    }

    #[test]
    fn the_error_tells_name_range_and_value() {
        assert_eq!(
            CodeLifetime::from_secs(601).unwrap_err().to_string(),
            "CodeLifetime must be between 1 and 600 seconds, but was 601"
        );
    }

    #[test]
    #[should_panic(expected = "RetryWindow must be between 0 and 60 seconds")]
    fn a_literal_out_of_range_panics() {
        RetryWindow::literal(61);
    }
}
