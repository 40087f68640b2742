// legal: pass/values.rs, fn error_code
use grantor::ErrorCode;

pub const PENDING: ErrorCode = ErrorCode::extension("\"pending\"");

fn main() {}
