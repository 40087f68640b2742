//! Two stores as one: the clients often live in the application's own tables, the tokens in a store of this library. Each
//! trait of the contract goes to one of the two, whole, so that no step needs both.

use super::shared::forward;
// Every type that the signatures of the contract name.
use super::*;

/// Joins a store of clients (`C`) with one of everything else (`T`). It can do what its two stores can, and is durable if
/// both are.
#[derive(Debug, Clone, Default)]
pub struct Split<C, T> {
    clients: C,
    tokens: T,
}

impl<C, T> Split<C, T> {
    /// Clients from the first store; families, codes, tokens and pending requests in the second.
    pub const fn new(clients: C, tokens: T) -> Self {
        Self { clients, tokens }
    }

    const fn clients(&self) -> &C {
        &self.clients
    }

    const fn tokens(&self) -> &T {
        &self.tokens
    }
}

impl<C: ClientStore, T: Send + Sync + 'static> ClientStore for Split<C, T> {
    forward!(ClientStore => C, Self::clients);
}

impl<C: ClientRegistry, T: Send + Sync + 'static> ClientRegistry for Split<C, T> {
    forward!(ClientRegistry => C, Self::clients);
}

impl<C: Send + Sync + 'static, T: FamilyStore> FamilyStore for Split<C, T> {
    forward!(FamilyStore => T, Self::tokens);
}

impl<C: Send + Sync + 'static, T: AuthorizationRecords> AuthorizationRecords for Split<C, T> {
    forward!(AuthorizationRecords => T, Self::tokens);
}

impl<C: Send + Sync + 'static, T: AuthorizationCodeStore> AuthorizationCodeStore for Split<C, T> {
    forward!(AuthorizationCodeStore => T, Self::tokens);
}

impl<C: Send + Sync + 'static, T: AccessTokenStore> AccessTokenStore for Split<C, T> {
    forward!(AccessTokenStore => T, Self::tokens);
}

impl<C: Send + Sync + 'static, T: RefreshTokenStore> RefreshTokenStore for Split<C, T> {
    forward!(RefreshTokenStore => T, Self::tokens);
}

impl<C: Send + Sync + 'static, T: PendingStore> PendingStore for Split<C, T> {
    forward!(PendingStore => T, Self::tokens);
}

impl<C: Send + Sync + 'static, T: PurgeExpired> PurgeExpired for Split<C, T> {
    forward!(PurgeExpired => T, Self::tokens);
}

impl<C: HealthCheck, T: HealthCheck> HealthCheck for Split<C, T> {
    async fn check_health(&self) -> Result<(), StoreError> {
        self.clients.check_health().await?;
        self.tokens.check_health().await
    }
}

impl<C: Durable, T: Durable> Durable for Split<C, T> {}
