//! The rules of the contract (being moved here).
