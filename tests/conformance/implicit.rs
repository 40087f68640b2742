//! The modules of the plan `oidcc-implicit-certification-test-plan`, by their names, for both of its response types.

use crate::plan::Plan;

mod id_token {
    use super::*;
    plan!(Plan { response_type: "id_token", form_post: false }, nonce: oidcc_ensure_request_without_nonce_fails);
}

mod id_token_token {
    use super::*;
    plan!(Plan { response_type: "id_token token", form_post: false }, nonce: oidcc_ensure_request_without_nonce_fails);
}
