//! A store that makes its caller wait once before and once after each step, so that a caller can be dropped at both.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use grantor::StoreError;

use grantor::testing::{Hook, Hooked};

pub struct Yielding;

pub type YieldingStore = Hooked<Yielding>;

impl Hook for Yielding {
    async fn around<T: Send>(
        &self,
        _: &'static str,
        step: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        YieldOnce(false).await;
        let result = step.await;
        YieldOnce(false).await;
        result
    }
}

/// Pending the first time, ready the second.
struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls a future so many times and drops it: its output, if it came that far.
pub fn poll_at_most<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
    }
    None
}
