//! What a thief tries.
