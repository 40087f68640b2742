#![allow(missing_docs, dead_code)]
use crate::error::StoreError;
#[derive(Clone, Debug)]
pub struct ClientSecret(String);
impl ClientSecret {
    pub fn generate() -> Self {
        Self(String::new())
    }
    pub fn expose(&self) -> &str {
        &self.0
    }
    pub fn parse(s: impl Into<String>) -> Result<Self, SecretError> {
        Ok(Self(s.into()))
    }
}
impl<'de> serde::Deserialize<'de> for ClientSecret {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(d)?))
    }
}
#[derive(Clone, Debug)]
pub struct SecretHash;
impl SecretHash {
    pub fn of(_: &ClientSecret) -> Self {
        Self
    }
}
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("x")]
pub struct SecretError;
pub(crate) struct SecretVerifier;
impl SecretVerifier {
    pub fn new() -> Self {
        Self
    }
    pub async fn verify(&self, _: Option<&SecretHash>, _: &str) -> Result<bool, StoreError> {
        Ok(true)
    }
}
