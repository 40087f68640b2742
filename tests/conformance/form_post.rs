//! The modules of the plan `oidcc-formpost-basic-certification-test-plan`, by their names: the answers are posted, the errors too.

use crate::plan::Plan;

plan!(Plan { response_type: "code", form_post: true }, nonce: oidcc_ensure_request_without_nonce_succeeds_for_code_flow);
