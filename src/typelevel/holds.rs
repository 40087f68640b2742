//! For tests: that a rule does not hold.

/// Has a type a trait? As a constant: what a type has itself comes before what a trait gives it, where its bounds hold.
macro_rules! holds {
    ($t:ty: $($rule:tt)+) => {{
        #[allow(dead_code, reason = "where it holds")]
        trait Otherwise {
            const HOLDS: bool = false;
        }
        impl<T> Otherwise for T {}
        struct Of<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "where it does not")]
        impl<T: $($rule)+> Of<T> {
            const HOLDS: bool = true;
        }
        <Of<$t>>::HOLDS
    }};
}
pub(crate) use holds;
