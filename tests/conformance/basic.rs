//! The modules of the plan `oidcc-basic-certification-test-plan`, by their names: `CONFORMANCE.md`.

use crate::plan::Plan;

plan!(Plan { response_type: "code", form_post: false }, nonce: oidcc_ensure_request_without_nonce_succeeds_for_code_flow);
