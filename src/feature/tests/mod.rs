//! Features for tests alone, one for each phase.
