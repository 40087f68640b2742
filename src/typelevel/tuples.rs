//! The arities of tuples. Recursive tuple bounds are slow to compile and print as nested types, so whoever folds over a list
//! gives the implementation for one tuple as a macro, and it is called with each arity: `$each!(T0 0, T1 1)` for two.

/// Calls `$each` with the elements in brackets, then with one more, to the last.
macro_rules! arities {
    ($each:ident; [$($T:ident $i:tt),*]) => {
        $each!($($T $i),*);
    };
    ($each:ident; [$($T:ident $i:tt),*] $next:ident $place:tt $($rest:tt)*) => {
        $each!($($T $i),*);
        $crate::typelevel::tuples::arities!($each; [$($T $i,)* $next $place] $($rest)*);
    };
}

/// What still takes a grant or a response type.
macro_rules! up_to_15 {
    ($each:ident) => {
        $crate::typelevel::tuples::arities!($each; []
            T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11
            T12 12 T13 13 T14 14);
    };
}

/// Lists of grants and of response types.
macro_rules! up_to_16 {
    ($each:ident) => {
        $crate::typelevel::tuples::arities!($each; []
            T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11
            T12 12 T13 13 T14 14 T15 15);
    };
}

/// What still takes a feature.
macro_rules! up_to_31 {
    ($each:ident) => {
        $crate::typelevel::tuples::arities!($each; []
            T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11
            T12 12 T13 13 T14 14 T15 15 T16 16 T17 17 T18 18 T19 19 T20 20 T21 21 T22 22 T23 23
            T24 24 T25 25 T26 26 T27 27 T28 28 T29 29 T30 30);
    };
}

/// Lists of features.
macro_rules! up_to_32 {
    ($each:ident) => {
        $crate::typelevel::tuples::arities!($each; []
            T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11
            T12 12 T13 13 T14 14 T15 15 T16 16 T17 17 T18 18 T19 19 T20 20 T21 21 T22 22 T23 23
            T24 24 T25 25 T26 26 T27 27 T28 28 T29 29 T30 30 T31 31);
    };
}

pub(crate) use {arities, up_to_15, up_to_16, up_to_31, up_to_32};
