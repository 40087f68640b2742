//! Legal neighbours of the rules about signing keys.

use grantor::jose::SealContext;
use grantor::{
    AuthorizationServer, ClientCredentials, Development, EdDsa, Es256, JwtAccessTokens, KeyPair, KeySealer, MasterKeys, OAuth21,
    PublicKey, Rs256, SealedKey, SealerError, Signature, Signer, SignerError, SigningKeys, issuer,
};
use ui_tests::PgStore;
use zeroize::Zeroizing;

fn stored(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(keys)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored().algorithm(Es256).algorithm(EdDsa))
        .build();
}

/// An old API, and all others.
fn side_by_side(keys: MasterKeys) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(keys)
        .grant(ClientCredentials::new())
        .enable(SigningKeys::stored().algorithm(Es256).algorithm(Rs256))
        .enable(
            JwtAccessTokens::new("https://api.example.com")
                .algorithm(Es256)
                .algorithm_for(Rs256, ["https://billing.example.com"]),
        )
        .build();
}

/// As many as there are APIs that differ; keys have each algorithm once.
fn several_resources(keys: MasterKeys) {
    let tokens = JwtAccessTokens::new("https://api.example.com").algorithm(Es256).algorithm_for(Rs256, ["https://a.example.com"]);
    let tokens = tokens.algorithm_for(Es256, ["https://b.example.com"]).algorithm_for(Rs256, ["https://c.example.com"]);
    let tokens = tokens.algorithm_for(Es256, ["https://d.example.com"]).algorithm_for(Rs256, ["https://e.example.com"]);
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .master_keys(keys)
        .grant(ClientCredentials::new())
        .enable(SigningKeys::stored().algorithm(Es256).algorithm(Rs256))
        .enable(tokens)
        .build();
}

/// A key management service that seals.
struct Kms;

impl KeySealer for Kms {
    async fn seal(&self, _: &SealContext, key: &[u8]) -> Result<SealedKey, SealerError> {
        Ok(SealedKey::from_bytes(key.to_vec()))
    }
    async fn open(&self, _: &SealContext, sealed: &SealedKey) -> Result<Zeroizing<Vec<u8>>, SealerError> {
        Ok(Zeroizing::new(sealed.as_bytes().to_vec()))
    }
}

fn sealed_elsewhere() {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::stored_with(Kms).algorithm(Es256))
        .build();
}

/// One that signs.
struct Hsm(KeyPair);

impl Signer for Hsm {
    fn key(&self) -> &PublicKey {
        self.0.public_key()
    }
    async fn sign(&self, input: &[u8]) -> Result<Signature, SignerError> {
        self.0.sign(input)
    }
}

fn external(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(ui_tests::NoCodes)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::external(Es256, Hsm(pair)).expect("a key for ES256"))
        .build();
}

fn fixed(pair: KeyPair) {
    let _server = AuthorizationServer::builder()
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::fixed(Es256, pair).expect("a key for ES256"))
        .build();
}

fn ephemeral() {
    let _server = AuthorizationServer::builder()
        .profile(Development::<OAuth21>::new())
        .issuer(issuer!("https://as.example.com"))
        .storage(PgStore)
        .grant(ClientCredentials::new())
        .enable(JwtAccessTokens::new("https://api.example.com"))
        .enable(SigningKeys::ephemeral().algorithm(Es256))
        .build();
}

pub fn main() {
    let pair = || KeyPair::generate(grantor::Algorithm::Es256).expect("a key");
    let secret: [u8; 32] = std::array::from_fn(|place| 7 * place as u8);
    stored(MasterKeys::from_bytes(&secret).expect("a master key"));
    side_by_side(MasterKeys::from_bytes(&secret).expect("a master key"));
    several_resources(MasterKeys::from_bytes(&secret).expect("a master key"));
    sealed_elsewhere();
    external(pair());
    fixed(pair());
    ephemeral();
}
