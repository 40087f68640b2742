//! The types of token: one for each use, so that no JWT passes for another (RFC 8725 section 3.11).

use std::fmt;

/// A use of JWTs, and the `typ` by which it shows (RFC 7515 section 4.1.9). An application may have one of its own.
pub trait TokenType: fmt::Debug + Send + Sync + 'static {
    /// The `typ` that is written, without `application/`.
    const TYP: &'static str;
    /// What is read besides.
    const ALSO: &'static [&'static str] = &[];
    /// Is a token without `typ` read? Its claims then have to tell it from others (RFC 8725 section 3.12).
    const UNTYPED: bool = false;
    /// The most bytes of a token.
    const MAX_LEN: usize = 16 * 1024;
}

/// A type of token whose key is in its header, as `jwk` (RFC 7515 section 4.1.3), and nowhere else. Such a signature only shows that the
/// sender has the key.
pub trait EmbedsKey: TokenType {}

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident { $($item:item)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl TokenType for $name {
            $($item)*
        }
    )*};
}

types! {
    /// An access token (RFC 9068 section 2.1).
    AccessTokenJwt {
        const TYP: &'static str = "at+jwt";
    }
    /// A DPoP proof (RFC 9449 section 4.2).
    DpopProofJwt {
        const TYP: &'static str = "dpop+jwt";
        const MAX_LEN: usize = 8 * 1024;
    }
    /// A request object (RFC 9101 section 4). Many are `JWT` or untyped (section 10.8).
    RequestObjectJwt {
        const TYP: &'static str = "oauth-authz-req+jwt";
        const ALSO: &'static [&'static str] = &["jwt"];
        const UNTYPED: bool = true;
        const MAX_LEN: usize = 64 * 1024;
    }
    /// An introspection response (RFC 9701 section 5).
    IntrospectionJwt {
        const TYP: &'static str = "token-introspection+jwt";
        const MAX_LEN: usize = 64 * 1024;
    }
    /// What a client authenticates with (RFC 7523 section 2.2, and the type by the draft that updates it). Before there was a type,
    /// it was `JWT` or none.
    ClientAssertionJwt {
        const TYP: &'static str = "client-authentication+jwt";
        const ALSO: &'static [&'static str] = &["jwt"];
        const UNTYPED: bool = true;
        const MAX_LEN: usize = 8 * 1024;
    }
    /// An ID token (OpenID Connect Core section 2), which has no type of its own.
    IdTokenJwt {
        const TYP: &'static str = "JWT";
        const UNTYPED: bool = true;
    }
    /// A userinfo response (OpenID Connect Core section 5.3.2), which has no type of its own. Unlike an ID token it does not expire.
    UserinfoJwt {
        const TYP: &'static str = "JWT";
        const UNTYPED: bool = true;
        const MAX_LEN: usize = 64 * 1024;
    }
    /// A software statement (RFC 7591 section 2.3), which has no type of its own.
    SoftwareStatementJwt {
        const TYP: &'static str = "JWT";
        const UNTYPED: bool = true;
    }
    /// A logout token (OpenID Connect Back-Channel Logout section 2.4). Older ones are `JWT` or untyped.
    LogoutTokenJwt {
        const TYP: &'static str = "logout+jwt";
        const ALSO: &'static [&'static str] = &["jwt"];
        const UNTYPED: bool = true;
    }
    /// An authorization grant that another issuer signed (RFC 7523 section 2.1), which has no type of its own.
    AssertionJwt {
        const TYP: &'static str = "JWT";
        const UNTYPED: bool = true;
    }
    /// An Identity Assertion JWT Authorization Grant, an ID-JAG (draft-ietf-oauth-identity-assertion-authz-grant section 3.1).
    IdJagJwt {
        const TYP: &'static str = "oauth-id-jag+jwt";
    }
    /// An authorization response (JARM section 2.1), which has no type of its own.
    AuthorizationResponseJwt {
        const TYP: &'static str = "JWT";
        const UNTYPED: bool = true;
        const MAX_LEN: usize = 64 * 1024;
    }
}

impl EmbedsKey for DpopProofJwt {}

/// May a token of the type have this `typ`? Media types have no case (RFC 2045 section 5.1), and one without a slash stands for the same
/// with `application/` before it.
pub(super) fn accepts<T: TokenType>(typ: Option<&str>) -> bool {
    let Some(typ) = typ else { return T::UNTYPED };
    const PREFIX: &str = "application/";
    let typ = match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => typ,
    };
    T::ALSO.iter().chain([&T::TYP]).any(|own| own.eq_ignore_ascii_case(typ))
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: RFC7515-4.1.9-01, RFC8725-3.12-01
    #[test]
    fn each_type_accepts_its_own_and_no_other() {
        assert!(accepts::<AccessTokenJwt>(Some("at+jwt")) && accepts::<AccessTokenJwt>(Some("application/AT+JWT")));
        assert!(accepts::<AccessTokenJwt>(Some("Application/at+jwt")));
        for typ in ["", "JWT", "jwt", "at", "at+jwt ", "application/application/at+jwt", "text/at+jwt", "dpop+jwt", "/at+jwt"] {
            assert!(!accepts::<AccessTokenJwt>(Some(typ)), "{typ}");
        }
        assert!(!accepts::<AccessTokenJwt>(None) && !accepts::<DpopProofJwt>(None) && !accepts::<IntrospectionJwt>(None));
        for strict in [accepts::<AccessTokenJwt>, accepts::<DpopProofJwt>, accepts::<IntrospectionJwt>, accepts::<IdJagJwt>] {
            assert!(!strict(Some("JWT")) && !strict(None));
        }
        for lenient in [accepts::<RequestObjectJwt>, accepts::<ClientAssertionJwt>, accepts::<LogoutTokenJwt>] {
            assert!(lenient(Some("JWT")) && lenient(None));
        }
        let all = [
            AccessTokenJwt::TYP,
            DpopProofJwt::TYP,
            RequestObjectJwt::TYP,
            IntrospectionJwt::TYP,
            ClientAssertionJwt::TYP,
            LogoutTokenJwt::TYP,
            IdJagJwt::TYP,
        ];
        let accepting = [
            accepts::<AccessTokenJwt>,
            accepts::<DpopProofJwt>,
            accepts::<RequestObjectJwt>,
            accepts::<IntrospectionJwt>,
            accepts::<ClientAssertionJwt>,
            accepts::<LogoutTokenJwt>,
            accepts::<IdJagJwt>,
        ];
        for (at, typ) in all.into_iter().enumerate() {
            for (own, accepts) in accepting.into_iter().enumerate() {
                assert_eq!(accepts(Some(typ)), own == at, "{typ}");
            }
            assert!(!accepts::<IdTokenJwt>(Some(typ)) && !accepts::<AuthorizationResponseJwt>(Some(typ)));
        }
    }
}
