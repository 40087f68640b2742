//! Compact JWS out.

use std::fmt;
use std::future::Future;
use std::mem;

use zeroize::Zeroizing;

use super::{
    AccessTokenJwt, IdTokenJwt, IntrospectionJwt, KeyPair, LogoutTokenJwt, PublicKey, Signature, SignerError, TokenType,
    base64url,
};
use crate::values::json::{self, MemberSink as _, name};

/// What [`TokenSigner`] signs with: a [`KeyPair`], or an [`External`](super::External) signer.
pub trait SigningKey: Send + Sync + 'static {
    /// The public key.
    fn public_key(&self) -> &PublicKey;

    /// Signs. A signature that comes of it is right.
    ///
    /// # Errors
    ///
    /// [`SignerError`].
    fn signature(&self, input: &[u8]) -> impl Future<Output = Result<Signature, SignerError>> + Send;
}

/// Nothing is awaited.
impl SigningKey for KeyPair {
    fn public_key(&self) -> &PublicKey {
        KeyPair::public_key(self)
    }

    async fn signature(&self, input: &[u8]) -> Result<Signature, SignerError> {
        self.sign(input)
    }
}

/// Signs tokens with one key. Their headers do not change, and are there encoded.
pub struct TokenSigner<K> {
    key: K,
    /// By `typ`, with the period behind them.
    headers: [(&'static str, Box<str>); 4],
}

impl<K: SigningKey> TokenSigner<K> {
    /// Signs with this key.
    #[must_use]
    pub fn new(key: K) -> Self {
        let types = [AccessTokenJwt::TYP, IdTokenJwt::TYP, IntrospectionJwt::TYP, LogoutTokenJwt::TYP];
        let headers = types.map(|typ| (typ, header(key.public_key(), typ).into()));
        Self { key, headers }
    }

    /// What it signs with.
    #[must_use]
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    /// A token with these claims (JSON, of which nothing is checked), whose header has `alg`, `typ` and `kid`. It is erased when dropped.
    ///
    /// # Errors
    ///
    /// [`SignerError`].
    pub async fn sign<T: TokenType>(&self, claims: &[u8]) -> Result<Zeroizing<String>, SignerError> {
        let text = self.signing_input(T::TYP, claims);
        let signature = self.key.signature(&text).await?;
        finished(text, &signature)
    }

    fn signing_input(&self, typ: &'static str, claims: &[u8]) -> Zeroizing<Vec<u8>> {
        match self.headers.iter().find(|(own, _)| *own == typ) {
            Some((_, header)) => self.begun(header, claims),
            None => self.begun(&header(self.public_key(), typ), claims),
        }
    }

    /// With room for the signature, so that nothing is moved and left behind.
    fn begun(&self, header: &str, claims: &[u8]) -> Zeroizing<Vec<u8>> {
        let signature = 1 + base64url::encoded_len(self.public_key().signature_len());
        let length = header.len() + base64url::encoded_len(claims.len()) + signature;
        let mut text = Zeroizing::new(Vec::with_capacity(length));
        text.extend_from_slice(header.as_bytes());
        base64url::encode_into(claims, &mut text);
        text
    }
}

impl TokenSigner<KeyPair> {
    /// The same as [`sign`](Self::sign), where nothing has to be awaited.
    ///
    /// # Errors
    ///
    /// [`SignerError`].
    pub fn sign_now<T: TokenType>(&self, claims: &[u8]) -> Result<Zeroizing<String>, SignerError> {
        let text = self.signing_input(T::TYP, claims);
        let signature = self.key.sign(&text)?;
        finished(text, &signature)
    }
}

fn finished(mut text: Zeroizing<Vec<u8>>, signature: &Signature) -> Result<Zeroizing<String>, SignerError> {
    text.push(b'.');
    base64url::encode_into(signature.as_bytes(), &mut text);
    // Base64url is text.
    String::from_utf8(mem::take(&mut *text)).map(Zeroizing::new).map_err(|_| SignerError::failed("a token is no text"))
}

fn header(key: &PublicKey, typ: &str) -> String {
    let members = json::object(128, |members| {
        members.string(name!("alg"), key.algorithm().as_str());
        members.string(name!("typ"), typ);
        members.string(name!("kid"), key.key_id().as_str());
    });
    base64url::encode(&members) + "."
}

impl<K: SigningKey> fmt::Debug for TokenSigner<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSigner({:?})", self.public_key())
    }
}
