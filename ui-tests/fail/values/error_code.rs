// legal: pass/values.rs, fn error_code
use grantor::ErrorCode;

pub const PENDING: ErrorCode = ErrorCode::extension("\"pending\"");

fn main() {}

// shows: RFC6749-4.1.2.1-10, RFC6749-4.2.2.1-04, RFC6749-5.2-11, RFC6749-8.5-04
