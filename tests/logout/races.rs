//! What happens to a sign-in while an answer is made that says which it is.

use std::sync::atomic::{AtomicBool, Ordering};

use grantor::storage::SessionKey;
use grantor::testing::{Hook, Hooked};
use grantor::{ManualClock, MemoryStore, SessionRecords as _, StoreError, issuer};

use crate::common::SentBack as _;
use crate::common::yielding::{Yielding, YieldingStore};
use crate::common::{START, subject};
use crate::provider::provider_on;

/// Two clients of one page: both find no session, and one opens it.
#[tokio::test]
async fn of_two_that_begin_a_sign_in_both_are_in_it() {
    let provider = provider_on(YieldingStore::new(Yielding), ManualClock::new(START));
    provider.register_all().await;
    let (a, b) = tokio::join!(provider.tokens("a"), provider.tokens("b"));
    assert_eq!(provider.id_token(&a).await["sid"], provider.id_token(&b).await["sid"]);
    let sessions = provider.peer.server.sessions(&subject("alice")).await.expect("a store");
    assert_eq!((sessions.len(), sessions[0].clients.len()), (1, 2));
}

/// Ends the sign-ins of Alice before the next call of this name, once it is told to.
struct Ends {
    store: MemoryStore,
    armed: AtomicBool,
}

impl Hook for Ends {
    async fn around<T: Send>(
        &self,
        name: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        if name == "open_session" && self.armed.swap(false, Ordering::Relaxed) {
            let issuer = issuer!("https://as.example.com");
            for session in self.store.sessions_of(&issuer, &subject("alice"), START).await? {
                self.store.end_session(&issuer, SessionKey::Id(session.id), Some(LATER), START).await?;
            }
        }
        step.await
    }
}

const LATER: grantor::Timestamp = START.saturating_add_secs(3_600);

/// They agree in one window, and sign out in another: what they agreed to is not begun in a sign-in of its own.
#[tokio::test]
async fn a_sign_in_that_ends_while_the_answer_is_made_is_not_opened_again() {
    let store = MemoryStore::new();
    let hooked = Hooked::around(store.clone(), Ends { store, armed: AtomicBool::new(false) });
    let ends = hooked.hook.clone();
    let provider = provider_on(hooked, ManualClock::new(START));
    provider.register_all().await;
    let tokens = provider.tokens("a").await;
    ends.armed.store(true, Ordering::Relaxed);
    provider.authorize("b", &[]).await.assert_query_error("login_required");
    assert_eq!(provider.peer.server.sessions(&subject("alice")).await.expect("a store"), []);
    assert!(!provider.is_active(&tokens).await);
    provider.deliver().await;
    assert_eq!(provider.hosts.posted().len(), 1, "the client that was in it, and not the one that was refused");
    // Whoever signs in again is in another one.
    let again = provider.tokens("b").await;
    assert_ne!(provider.id_token(&again).await["sid"], provider.id_token(&tokens).await["sid"]);
}
