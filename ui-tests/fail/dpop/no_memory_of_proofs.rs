// legal: pass/dpop.rs, fn api
use grantor::{DpopProofs, MemoryStore};

fn main() {
    let _proofs = DpopProofs::new(MemoryStore::new());
}
