//! Of what a feature assures the profile of its server: a type each, so that a profile can insist on it by a rule. A feature that assures
//! of one for some of its settings has these settings in its type.

macro_rules! assurances {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {$(
        $(#[$doc])*
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct $name;
        crate::wire_name!($name = $key);
    )*};
}

assurances! {
    /// Clients say for what tokens are, whatever is switched on.
    AimedTokens = "aimed tokens";
    /// Access tokens are good only for who has a key.
    BoundTokens = "bound tokens";
    /// There are no authorization requests but pushed ones.
    PushedRequests = "pushed requests";
    /// There are no authorization requests but signed ones.
    SignedRequests = "signed requests";
    /// Clients can authenticate with keys, in assertions for this server alone, or with certificates.
    KeyedClients = "keyed clients";
    /// Assertions are accepted that are for others, too: the contrary of an assurance, which stands against those of other features.
    SharedAssertions = "shared assertions";
}
