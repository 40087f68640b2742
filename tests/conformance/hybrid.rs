//! The modules of the plan `oidcc-hybrid-certification-test-plan`, by their names, for its three response types.

use crate::plan::Plan;

mod code_id_token {
    use super::*;
    plan!(Plan { response_type: "code id_token", form_post: false }, nonce: oidcc_ensure_request_without_nonce_fails);
}

mod code_token {
    use super::*;
    plan!(Plan { response_type: "code token", form_post: false }, nonce: oidcc_ensure_request_without_nonce_succeeds_for_code_flow);
}

mod code_id_token_token {
    use super::*;
    plan!(Plan { response_type: "code id_token token", form_post: false }, nonce: oidcc_ensure_request_without_nonce_fails);
}
