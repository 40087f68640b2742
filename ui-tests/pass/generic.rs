//! Code that is generic over a part of a server, and what it requires of it.

use grantor::rules::{AcceptsStorage, BelowFapi2, Enables, LacksResponseType, ReturnsWhatItSays};
use grantor::{
    AccessTokenStore, AllowsUnaimedTokens, AuthorizationCode, AuthorizationCodeStore, AuthorizationServer, Builder,
    ClientCredentials, ClientStore, Code, Development, Durable, ExtensionGrant, FamilyStore, FeaturesOn, Grant, Granted,
    Introspection, Issuer, No, Nothing, OAuth21, OAuthError, Profile, RefreshToken, RefreshTokenStore, Respond, ResponseType,
    Rfc6749, RunsOn, Stored, Subject, TokenContext, Yes, extension_grant, issuer, lifetime,
};
use ui_tests::PgStore;

struct Otp;
extension_grant!(Otp = "urn:example:grant:otp", refresh_tokens: Yes, parameters: ["otp"]);

impl<S: FamilyStore> Grant<S> for Otp {
    async fn decide(&self, cx: &TokenContext<'_, S>) -> Result<Granted, OAuthError> {
        let subject = Subject::new(cx.require("otp")?).map_err(|_| cx.invalid_grant("the one-time password is wrong"))?;
        Ok(Granted::to(subject, cx.scope()?))
    }
}

/// Over one grant beside those of the library.
fn one_more_grant() {
    type Server<X> = AuthorizationServer<PgStore, (AuthorizationCode, RefreshToken, X), (Code,)>;
    fn serve<X: ExtensionGrant + Grant<PgStore>>(store: PgStore, grant: X) -> Server<X> {
        AuthorizationServer::builder()
            .issuer(issuer!("https://as.example.com"))
            .storage(store)
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .grant(grant)
            .response_type(Code)
            .build()
    }
    drop(serve(PgStore, Otp));
}

/// Over a grant and the storage that it runs on, switched on or off.
fn grant_and_storage() {
    fn serve<S, X>(store: S, grant: Option<X>) -> AuthorizationServer<S, (ClientCredentials, Option<X>)>
    where
        S: ClientStore + AccessTokenStore + Durable,
        X: ExtensionGrant + Grant<S>,
    {
        let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com"));
        chain.grant(ClientCredentials::new()).grant(grant).storage(store).build()
    }
    drop(serve(PgStore, Some(Otp)));
}

/// Over one response type beside `code`.
fn one_more_response_type() {
    fn serve<X>(store: PgStore, response_type: X) -> AuthorizationServer<PgStore, (AuthorizationCode,), (Code, X)>
    where
        X: ResponseType<CarriesCode = No, CarriesAccessToken = No, CarriesIdToken = No>
            + ReturnsWhatItSays
            + Respond<PgStore>
            + Send
            + Sync
            + 'static,
        (Code,): LacksResponseType<X>,
    {
        let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(store);
        chain.grant(AuthorizationCode::new()).response_type(Code).response_type(response_type).build()
    }
    drop(serve(PgStore, Nothing));
}

/// Over the profile, and over the storage as well.
fn profile() {
    type Server<S, P> = AuthorizationServer<S, (AuthorizationCode, RefreshToken), (Code,), (), P>;
    fn serve<S, P>(profile: P, issuer: Issuer, store: S) -> Server<S, P>
    where
        S: ClientStore + AuthorizationCodeStore + AccessTokenStore + RefreshTokenStore,
        P: Profile<Base: AllowsUnaimedTokens + BelowFapi2> + AcceptsStorage<S>,
    {
        AuthorizationServer::builder()
            .profile(profile)
            .issuer(issuer)
            .storage(store)
            .grant(AuthorizationCode::new())
            .grant(RefreshToken::new())
            .response_type(Code)
            .build()
    }
    drop(serve(OAuth21, issuer!("https://as.example.com"), PgStore));
    drop(serve(Rfc6749, issuer!("https://as.example.com"), PgStore));
    drop(serve(Development::<OAuth21>::new(), issuer!("https://as.example.com"), PgStore));
}

/// Over the lists of a server that is there.
fn lists() {
    fn introspect<G, F>(server: &AuthorizationServer<PgStore, G, (), F>)
    where
        G: RunsOn<PgStore>,
        F: FeaturesOn<PgStore> + Enables<Introspection>,
    {
        drop(server.introspection().handle(http::Request::default()));
    }
    let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com")).storage(PgStore);
    introspect(&chain.grant(ClientCredentials::new()).enable(Introspection::new()).build());
}

/// A chain that goes through several functions.
fn chain_in_parts() {
    type Begun<S> = Builder<Issuer, Stored<S>, (AuthorizationCode,), (), (), OAuth21>;
    fn begin<S: ClientStore + AuthorizationCodeStore>(store: S) -> Begun<S> {
        let chain = AuthorizationServer::builder().issuer(issuer!("https://as.example.com"));
        chain.storage(store).grant(AuthorizationCode::new())
    }
    fn with_settings<I, St, G, R, F, P>(chain: Builder<I, St, G, R, F, P>) -> Builder<I, St, G, R, F, P> {
        chain.access_token_lifetime(lifetime!(AccessTokenLifetime, 60))
    }
    fn finish(chain: Begun<PgStore>) -> AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)> {
        chain.response_type(Code).build()
    }
    drop(finish(with_settings(begin(PgStore))));
}

pub fn main() {
    one_more_grant();
    grant_and_storage();
    one_more_response_type();
    profile();
    lists();
    chain_in_parts();
}
