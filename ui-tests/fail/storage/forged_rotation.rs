// legal: pass/storage.rs, fn own
use grantor::storage::{Rotated, Rotation};

pub fn rotate() -> Rotation {
    Rotation::Rotated(Rotated(()))
}

fn main() {}
