// legal: pass/keys.rs, fn fixed
use grantor::{Es256, KeyError, SigningKeys};

fn main() -> Result<(), KeyError> {
    SigningKeys::fixed(Es256, 7_u8)?;
    Ok(())
}
