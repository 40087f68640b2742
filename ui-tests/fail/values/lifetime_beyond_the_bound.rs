// legal: pass/values.rs, fn lifetimes
use grantor::{CodeLifetime, lifetime};

pub fn lifetime() -> CodeLifetime {
    lifetime!(CodeLifetime, 86_400)
}

fn main() {}

// shows: RFC6749-4.1.2-03
