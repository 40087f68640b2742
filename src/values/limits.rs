//! How much is kept of authorization requests that nobody has decided yet, of clients that register themselves, and of those whose requests
//! are counted, as types that cannot hold a value outside their range. Whoever sends such a request has proven nothing, so what it costs to keep is bounded.

/// A limit outside its permitted range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be between {min} and {max}, but was {value}")]
#[non_exhaustive]
pub struct LimitError {
    /// The name of the limit's type.
    pub name: &'static str,
    /// The refused value.
    pub value: u32,
    /// The lowest permitted limit.
    pub min: u32,
    /// The highest permitted limit.
    pub max: u32,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $min:literal ..= $max:literal, default $default:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            #[doc = concat!("The default: ", $default, ".")]
            pub const DEFAULT: Self = Self($default);

            #[doc = concat!("This limit, which must be from ", $min, " to ", $max, ".")]
            ///
            /// # Errors
            ///
            /// [`LimitError`] when `limit` is outside that range.
            pub const fn new(limit: u32) -> Result<Self, LimitError> {
                if limit >= $min && limit <= $max {
                    Ok(Self(limit))
                } else {
                    Err(LimitError { name: stringify!($name), value: limit, min: $min, max: $max })
                }
            }

            /// The limit as a number.
            #[must_use]
            pub const fn get(self) -> u32 {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::DEFAULT
            }
        }
    )*};
}

limits! {
    /// How many bytes an authorization request may take where it is kept, which is as JSON: there a control character is six bytes,
    /// a quote two. What fits into a URL that common proxies let pass fits in. A larger request is `invalid_request`.
    RequestBytes: 1_024 ..= 65_536, default 8_192;
    /// How many undecided authorization requests of one browser are kept. With one more, the oldest of the newer half gives way: so a
    /// person who is signing in is not disturbed by what other sites make the browser ask for, and can always begin anew.
    PendingPerBrowser: 4 ..= 1_000, default 32;
    /// How many undecided authorization requests one instance of a server keeps in its storage. Beyond that, who asks for one more is
    /// told to try again later.
    PendingRequests: 100 ..= 100_000_000, default 50_000;
    /// How many clients that registered themselves an issuer keeps. Beyond that, who registers one more is told to try again later.
    RegisteredClients: 1 ..= 10_000_000, default 10_000;
    /// How many bytes the body of a registration request may have. A larger one is `invalid_client_metadata`.
    RegistrationBytes: 512 ..= 65_536, default 16_384;
    /// How many registration requests of one source an instance of a server takes within an hour.
    RegistrationsPerSource: 1 ..= 1_000_000, default 60;
    /// How many registration requests an instance of a server takes within an hour, of all sources.
    RegistrationsPerHour: 1 ..= 100_000_000, default 1_000;
    /// Of how many sources and clients a process knows how many requests they sent, where it limits that. With one more, one that did not
    /// come for long is forgotten.
    CountedKeys: 1_000 ..= 100_000_000, default 100_000;
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! bounds {
        ($($name:ident, $min:expr, $max:expr, $default:expr;)*) => {$(
            for limit in [$min, $max] {
                assert_eq!($name::new(limit).unwrap().get(), limit);
            }
            for limit in [$min - 1, $max + 1] {
                let error = $name::new(limit).unwrap_err();
                assert_eq!((error.name, error.value, error.min, error.max), (stringify!($name), limit, $min, $max));
            }
            assert_eq!($name::default().get(), $default);
        )*};
    }

    #[test]
    fn both_bounds_are_inclusive() {
        bounds! {
            RequestBytes, 1_024, 65_536, 8_192;
            PendingPerBrowser, 4, 1_000, 32;
            PendingRequests, 100, 100_000_000, 50_000;
        }
    }
}
