//! Protocol names as types, so that the compiler can tell whether two are equal, and whether they differ. A name becomes a
//! type-level hash of its text, computed in const generic arguments where [`wire_name!`](crate::wire_name) is called: there
//! everything is concrete. The order of the words of a response type has no meaning (RFC 6749 section 3.1.1), nor has it here.

use std::marker::PhantomData;

use super::flag::{Flag, No, Yes};

/// A name on the wire: of a grant type, a response type or a feature. [`extension_grant!`](crate::extension_grant!) and
/// [`extension_response_type!`](crate::extension_response_type!) give a type its name; where neither fits, as for a grant that takes the
/// place of a built-in one, [`wire_name!`](crate::wire_name!) does:
///
/// ```
/// struct MyClientCredentials;
/// grantor::wire_name!(MyClientCredentials = "client_credentials");
/// ```
///
/// By hand it is the same, and both say the same name:
///
/// ```
/// # struct MyClientCredentials;
/// impl grantor::WireName for MyClientCredentials {
///     const NAME: &'static str = "client_credentials";
///     type Key = grantor::wire_key!("client_credentials");
/// }
/// ```
///
/// A server is not built of one whose key is another's:
///
/// ```compile_fail
/// # use grantor::*;
/// struct Otp;
/// impl WireName for Otp {
///     const NAME: &'static str = "urn:example:otp";
///     type Key = wire_key!("urn:example:pin");
/// }
/// # impl GrantType for Otp {
/// #     type Step = Begin;
/// #     type IssuesRefreshTokens = No;
/// #     type RequiresPkce = Yes;
/// #     type AcceptsPlainPkce = No;
/// # }
/// # impl<S: FamilyStore> Grant<S> for Otp {
/// #     async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
/// #         Ok(Granted::to_client(cx.scope()?))
/// #     }
/// # }
/// let chain = AuthorizationServer::builder().profile(Development::<OAuth21>::new()).storage(MemoryStore::new());
/// let server = chain.issuer(issuer!("https://as.example.com")).grant(Otp).build();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no name on the wire",
    label = "give it one with `extension_grant!`, `extension_response_type!` or `wire_name!`"
)]
pub trait WireName {
    /// The registered value, such as `authorization_code`.
    const NAME: &'static str;
    /// The same as a type, which [`wire_key!`](crate::wire_key!) makes: by it the rules of the chain tell names apart.
    type Key: Key;
}

/// A digit that says [what kind of name](kind) it is, and the hash of the name as eight hexadecimal digits. Comparing two is double dispatch: it stops at the first digit that
/// differs and needs no `where` clause.
#[doc(hidden)]
#[rustfmt::skip]
pub trait Key: 'static {
    /// All digits, the first one lowest.
    const DIGITS: u64;
    type Same<K: Key>: Flag;
    type IfEnd: Flag;
    type If0<T: Key>: Flag;
    type If1<T: Key>: Flag;
    type If2<T: Key>: Flag;
    type If3<T: Key>: Flag;
    type If4<T: Key>: Flag;
    type If5<T: Key>: Flag;
    type If6<T: Key>: Flag;
    type If7<T: Key>: Flag;
    type If8<T: Key>: Flag;
    type If9<T: Key>: Flag;
    type IfA<T: Key>: Flag;
    type IfB<T: Key>: Flag;
    type IfC<T: Key>: Flag;
    type IfD<T: Key>: Flag;
    type IfE<T: Key>: Flag;
    type IfF<T: Key>: Flag;
}

#[doc(hidden)]
#[derive(Debug)]
pub struct End;

#[doc(hidden)]
#[derive(Debug)]
pub struct Digit<const D: u8, T>(PhantomData<T>);

#[rustfmt::skip]
impl Key for End {
    const DIGITS: u64 = 0;
    type Same<K: Key> = K::IfEnd;
    type IfEnd = Yes;
    type If0<T: Key> = No;
    type If1<T: Key> = No;
    type If2<T: Key> = No;
    type If3<T: Key> = No;
    type If4<T: Key> = No;
    type If5<T: Key> = No;
    type If6<T: Key> = No;
    type If7<T: Key> = No;
    type If8<T: Key> = No;
    type If9<T: Key> = No;
    type IfA<T: Key> = No;
    type IfB<T: Key> = No;
    type IfC<T: Key> = No;
    type IfD<T: Key> = No;
    type IfE<T: Key> = No;
    type IfF<T: Key> = No;
}

macro_rules! digit {
    ($digit:literal $me:ident: $($other:ident)*) => {
        impl<U: Key> Key for Digit<$digit, U> {
            const DIGITS: u64 = U::DIGITS << 4 | $digit;
            type Same<K: Key> = K::$me<U>;
            type IfEnd = No;
            type $me<T: Key> = T::Same<U>;
            $(type $other<T: Key> = No;)*
        }
    };
}

digit!(0 If0: If1 If2 If3 If4 If5 If6 If7 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(1 If1: If0 If2 If3 If4 If5 If6 If7 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(2 If2: If0 If1 If3 If4 If5 If6 If7 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(3 If3: If0 If1 If2 If4 If5 If6 If7 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(4 If4: If0 If1 If2 If3 If5 If6 If7 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(5 If5: If0 If1 If2 If3 If4 If6 If7 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(6 If6: If0 If1 If2 If3 If4 If5 If7 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(7 If7: If0 If1 If2 If3 If4 If5 If6 If8 If9 IfA IfB IfC IfD IfE IfF);
digit!(8 If8: If0 If1 If2 If3 If4 If5 If6 If7 If9 IfA IfB IfC IfD IfE IfF);
digit!(9 If9: If0 If1 If2 If3 If4 If5 If6 If7 If8 IfA IfB IfC IfD IfE IfF);
digit!(10 IfA: If0 If1 If2 If3 If4 If5 If6 If7 If8 If9 IfB IfC IfD IfE IfF);
digit!(11 IfB: If0 If1 If2 If3 If4 If5 If6 If7 If8 If9 IfA IfC IfD IfE IfF);
digit!(12 IfC: If0 If1 If2 If3 If4 If5 If6 If7 If8 If9 IfA IfB IfD IfE IfF);
digit!(13 IfD: If0 If1 If2 If3 If4 If5 If6 If7 If8 If9 IfA IfB IfC IfE IfF);
digit!(14 IfE: If0 If1 If2 If3 If4 If5 If6 If7 If8 If9 IfA IfB IfC IfD IfF);
digit!(15 IfF: If0 If1 If2 If3 If4 If5 If6 If7 If8 If9 IfA IfB IfC IfD IfE);

/// The key of a name that is a URI.
#[doc(hidden)]
pub trait UriKey: Key {
    /// The other digits.
    type Rest: Key;
}
impl<R: Key> UriKey for Digit<1, R> {
    type Rest = R;
}

/// What a response type of this name says that it returns.
#[doc(hidden)]
pub trait Says: Key {
    type Code: Flag;
    type Token: Flag;
    type IdToken: Flag;
}
macro_rules! says {
    ($($digit:literal $code:ident $token:ident $id_token:ident),*) => {$(
        impl<R: Key> Says for Digit<$digit, R> {
            type Code = $code;
            type Token = $token;
            type IdToken = $id_token;
        }
    )*};
}
says!(0 No No No, 1 No No No, 2 Yes No No, 4 No Yes No, 6 Yes Yes No, 8 No No Yes, 10 Yes No Yes, 12 No Yes Yes, 14 Yes Yes Yes);

pub(crate) type KeyOf<T> = <T as WireName>::Key;
pub(crate) type SameName<X, Y> = <KeyOf<X> as Key>::Same<KeyOf<Y>>;

/// FNV-1a of each word, finalised (FNV alone is weak in its high bits for short strings), then summed: the order of words
/// does not matter.
#[doc(hidden)]
#[must_use]
pub const fn hash(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let (mut sum, mut word, mut i) = (0u32, FNV_OFFSET, 0);
    while i < bytes.len() {
        if bytes[i] == b' ' {
            sum = sum.wrapping_add(finalise(word));
            word = FNV_OFFSET;
        } else {
            word = (word ^ bytes[i] as u32).wrapping_mul(0x0100_0193);
        }
        i += 1;
    }
    finalise(sum.wrapping_add(finalise(word)))
}

const FNV_OFFSET: u32 = 0x811c_9dc5;

const fn finalise(mut hash: u32) -> u32 {
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2c1b_3c6d);
    hash ^ (hash >> 12)
}

/// The first digit of a key: 1 for a URI, which registered names are not, so that no URI equals one of them. Of other names it has a bit for
/// each of the words `code`, `token` and `id_token`: what a response type of that name says that it returns.
#[doc(hidden)]
#[must_use]
pub const fn kind(name: &str) -> u8 {
    let (bytes, mut at) = (name.as_bytes(), 0);
    while at < bytes.len() {
        if bytes[at] == b':' {
            return 1;
        }
        at += 1;
    }
    (has_word(bytes, b"code") as u8) << 1 | (has_word(bytes, b"token") as u8) << 2 | (has_word(bytes, b"id_token") as u8) << 3
}

#[doc(hidden)]
#[must_use]
pub const fn digit(name: &str, place: u32) -> u8 {
    ((hash(name) >> (4 * place)) & 15) as u8
}

/// Is this the key of the name?
pub(crate) const fn is_key_of(digits: u64, name: &str) -> bool {
    digits == (hash(name) as u64) << 4 | kind(name) as u64
}

/// Are the names different, as texts? Checked once more when code is generated, in case two hashes are equal.
pub(crate) const fn distinct(names: &[&str]) -> bool {
    let mut i = 0;
    while i < names.len() {
        let mut j = i + 1;
        while j < names.len() {
            if same_text(names[i], names[j]) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

pub(crate) const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// RFC 6749 section 4.5: an extension grant is named by an absolute URI.
#[doc(hidden)]
#[must_use]
pub const fn is_absolute_uri(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.is_empty() || !bytes[0].is_ascii_alphabetic() {
        return false;
    }
    let mut i = 1;
    while i < bytes.len() && bytes[i] != b':' {
        if !(bytes[i].is_ascii_alphanumeric() || matches!(bytes[i], b'+' | b'-' | b'.')) {
            return false;
        }
        i += 1;
    }
    if i + 1 >= bytes.len() {
        return false;
    }
    while i < bytes.len() {
        if bytes[i] <= b' ' || bytes[i] == b'#' || bytes[i] >= 0x7f {
            return false;
        }
        i += 1;
    }
    true
}

/// RFC 6749 section 8.4 and appendix A.3: `response-name *( SP response-name )`, of letters, digits and `_`, each once.
#[doc(hidden)]
#[must_use]
pub const fn is_response_type(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes[0] == b' ' || bytes[bytes.len() - 1] == b' ' {
        return false;
    }
    let mut i = 0;
    while i < bytes.len() {
        let permitted = bytes[i].is_ascii_alphanumeric() || bytes[i] == b'_' || (bytes[i] == b' ' && bytes[i - 1] != b' ');
        if !permitted {
            return false;
        }
        i += 1;
    }
    true
}

/// Does a response type of this name return what its `word` stands for, if it has that (OAuth 2.0 Multiple Response Types section 3 and 5)?
#[doc(hidden)]
#[must_use]
pub const fn returns_what_it_says(name: &str, word: &str, returned: bool) -> bool {
    returned || !has_word(name.as_bytes(), word.as_bytes())
}

const fn has_word(name: &[u8], word: &[u8]) -> bool {
    let mut start = 0;
    while start + word.len() <= name.len() {
        let end = start + word.len();
        let mut same = 0;
        while same < word.len() && name[start + same] == word[same] {
            same += 1;
        }
        if same == word.len() && (start == 0 || name[start - 1] == b' ') && (end == name.len() || name[end] == b' ') {
            return true;
        }
        start += 1;
    }
    false
}

/// The [`Key`](crate::WireName::Key) of a name: `type Key = wire_key!("urn:example:mine");`.
#[macro_export]
macro_rules! wire_key {
    ($name:expr) => {
        $crate::__private::Digit<{ $crate::__private::kind($name) }, $crate::wire_key!(@ $name; 0 1 2 3 4 5 6 7)>
    };
    (@ $name:expr; $place:literal $($rest:literal)*) => {
        $crate::__private::Digit<{ $crate::__private::digit($name, $place) }, $crate::wire_key!(@ $name; $($rest)*)>
    };
    (@ $name:expr;) => { $crate::__private::End };
}

/// Gives a type its name on the wire: `wire_name!(MyType = "name")`, or `wire_name!(impl<T: Bound> MyType<T> = "name")`. Used by
/// [`extension_grant!`](crate::extension_grant) and [`extension_response_type!`](crate::extension_response_type), which check the name
/// as well.
#[macro_export]
macro_rules! wire_name {
    (impl < $($rest:tt)*) => { $crate::__generics! { wire_name {} [] $($rest)* } };
    (@ [$($generics:tt)*] $t:ty = $name:expr) => {
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> $crate::WireName for $t {
            const NAME: &'static str = $name;
            type Key = $crate::wire_key!($name);
        }
    };
    ($t:ty = $name:expr) => { $crate::wire_name!(@ [] $t = $name); };
}

/// Finds the `>` that ends the parameters of an `impl<..>`, whatever their bounds, and calls the macro `$then` with the parameters in
/// brackets and the rest. In brackets here: a `<` for each that is open.
#[doc(hidden)]
#[macro_export]
macro_rules! __generics {
    ($then:ident {$($found:tt)*} [] > $($rest:tt)*) => { $crate::$then! { @ [$($found)*] $($rest)* } };
    ($then:ident {$($found:tt)*} [<] >> $($rest:tt)*) => { $crate::$then! { @ [$($found)* >] $($rest)* } };
    ($then:ident {$($found:tt)*} [< < $($open:tt)*] >> $($rest:tt)*) => {
        $crate::__generics! { $then {$($found)* >>} [$($open)*] $($rest)* }
    };
    ($then:ident {$($found:tt)*} [< $($open:tt)*] > $($rest:tt)*) => {
        $crate::__generics! { $then {$($found)* >} [$($open)*] $($rest)* }
    };
    ($then:ident {$($found:tt)*} [$($open:tt)*] < $($rest:tt)*) => {
        $crate::__generics! { $then {$($found)* <} [< $($open)*] $($rest)* }
    };
    ($then:ident {$($found:tt)*} [$($open:tt)*] $token:tt $($rest:tt)*) => {
        $crate::__generics! { $then {$($found)* $token} [$($open)*] $($rest)* }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_words_does_not_matter_and_the_words_do() {
        assert_eq!(hash("code token"), hash("token code"));
        assert_ne!(hash("code token"), hash("code"));
        assert_ne!(hash("password"), hash("implicit"));
    }

    /// As the name says it, and as its key does.
    #[test]
    fn the_first_digit_has_the_words_of_a_response_type() {
        fn said<K: Says>() -> [bool; 3] {
            [K::Code::VALUE, K::Token::VALUE, K::IdToken::VALUE]
        }
        macro_rules! agree {
            ($($name:literal)*) => {$({
                let says = ["code", "token", "id_token"].map(|word| !returns_what_it_says($name, word, false));
                let uri = $name.contains(':');
                assert_eq!(said::<crate::wire_key!($name)>(), says.map(|says| says && !uri), $name);
                assert_eq!(kind($name) == 1, uri, $name);
            })*};
        }
        agree!("" "code" "token" "id_token" "code token" "token code" "code id_token" "id_token token" "code id_token token");
        agree!("none" "codes" "code_token" "authorization_code" "refresh_token" "ticket code" "urn:code" "urn:x token code");
    }

    #[test]
    fn extension_grants_are_absolute_uris() {
        assert!(is_absolute_uri("urn:example:otp") && is_absolute_uri("https://example.com/otp"));
        for refused in ["", "otp", ":x", "urn:", "1urn:x", "urn:a b", "https://example.com/#x"] {
            assert!(!is_absolute_uri(refused), "{refused}");
        }
    }

    // shows: RFC6749-8.4-01
    #[test]
    fn response_types_keep_to_the_grammar() {
        assert!(is_response_type("code") && is_response_type("code id_token"));
        for refused in ["", " code", "code ", "code  token", "code-token"] {
            assert!(!is_response_type(refused), "{refused}");
        }
    }

    #[test]
    fn a_response_type_returns_what_its_words_stand_for() {
        for name in ["token", "code token", "token code", "code token receipt"] {
            assert!(!returns_what_it_says(name, "token", false), "{name}");
            assert!(returns_what_it_says(name, "token", true), "{name}");
        }
        for name in ["id_token", "code id_token", "tokens", "token_too", "receipt", ""] {
            assert!(returns_what_it_says(name, "token", false), "{name}");
        }
    }
}
