//! The clients of all issuers: read by every request, and seldom written.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use crate::client::Client;
use crate::issuer::Issuer;
use crate::storage::memory::shards::SHARDS;

/// In shards, as readers of one lock write to it as well.
pub(super) struct Clients([Shard; SHARDS]);

#[derive(Default)]
#[repr(align(128))]
struct Shard(RwLock<ByIssuer>);

type ByIssuer = BTreeMap<Issuer, HashMap<Box<str>, Arc<Client>>>;

impl Default for Clients {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Shard::default()))
    }
}

impl Clients {
    pub(super) fn get(&self, issuer: &Issuer, id: &str) -> Option<Arc<Client>> {
        let issuers = self.shard(id).read().unwrap_or_else(PoisonError::into_inner);
        issuers.get(issuer)?.get(id).cloned()
    }

    pub(super) fn put(&self, issuer: &Issuer, client: Arc<Client>) {
        let mut issuers = self.shard(client.id().as_str()).write().unwrap_or_else(PoisonError::into_inner);
        issuers.entry(issuer.clone()).or_default().insert(client.id().as_str().into(), client);
    }

    /// Each issuer in each shard, with its number of clients there.
    pub(super) fn counts(&self) -> Vec<(Issuer, usize)> {
        let of = |shard: &Shard| {
            let issuers = shard.0.read().unwrap_or_else(PoisonError::into_inner);
            issuers.iter().map(|(issuer, clients)| (issuer.clone(), clients.len())).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }

    fn shard(&self, id: &str) -> &RwLock<ByIssuer> {
        let mixed = id.bytes().fold(0_usize, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(usize::from(byte)));
        &self.0[mixed % SHARDS].0
    }
}
