//! Two stores as one: the clients often live in the application's own tables, the tokens in a store of this library. Each
//! trait of the contract goes to one of the two, whole, so that no step needs both: see `shared.rs`.

/// Joins a store of clients (`C`) with one of everything else (`T`). It can do what its two stores can, and is durable if
/// both are. What it purges is the second one; where clients register themselves, [purge](super::purge_forever) the first one as well.
#[derive(Debug, Clone, Default)]
pub struct Split<C, T> {
    clients: C,
    tokens: T,
}

impl<C, T> Split<C, T> {
    /// Clients from the first store; families, codes, tokens, pending requests and all that came later in the second.
    pub const fn new(clients: C, tokens: T) -> Self {
        Self { clients, tokens }
    }

    pub(super) const fn clients(&self) -> &C {
        &self.clients
    }

    pub(super) const fn tokens(&self) -> &T {
        &self.tokens
    }
}
