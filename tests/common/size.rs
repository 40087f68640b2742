//! How much a test does: little in CI, all of it with `GRANTOR_FULL=1`.

/// `full` where the environment asks for it, else `small`.
pub fn sized<T>(small: T, full: T) -> T {
    if std::env::var_os("GRANTOR_FULL").is_some_and(|value| value == "1") { full } else { small }
}
