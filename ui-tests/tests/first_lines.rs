//! What people read first: the first line of every error, beside the case that provokes it. These lines are what this library
//! promises about its messages; the rest of each text, in the `.stderr` files, also has lines of rustc's.
//!
//! Nothing is compiled here. `tests/ui.rs` shows that the `.stderr` files are what the compiler says.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{WITHOUT_A_CASE, case_of, errors_in, fail, files, fits, messages, read, rules};

/// Longer than this is not read. Of one mistake, all that the compiler says about it.
const MAX_LINES: usize = 35;

/// Cases that make several mistakes, and one of which rustc makes two with a list of its own in it. Of these each error is as short.
const SEVERAL_MISTAKES: &[&str] = &[
    "builder/empty_chain",
    "builder/issuer_parsed_as_whatever_fits",
    "profiles/token_and_implicit_under_oauth21",
    "storage/half_written_further",
];

/// Each case with the first line of each error, without its code. One mistake is one error, save where the comment says why.
#[rustfmt::skip]
const FIRST_LINES: &[(&str, &[&str])] = &[
    // builder/
    ("builder/claims_of_nobody", &["`PgStore` does not say which claims access tokens have"]),
    ("builder/client_documents_without_a_fetcher", &["this server has to fetch documents that its clients name, and has no fetcher"]),
    ("builder/development_of_nothing", &["type annotations needed"]),
    ("builder/empty_chain", &["this authorization server has no issuer", "this authorization server has no storage", "this authorization server has no grant type"]), // three mistakes
    ("builder/feature_as_type_parameter", &["what the feature `X` chooses for the server is not known here, as it is a type parameter"]),
    ("builder/fetcher_chosen_twice", &["the fetcher of this server is chosen twice"]),
    ("builder/feature_that_is_no_switch", &["`Option<StillAuthorized<Everybody>>` is not a feature"]),
    ("builder/issuer_as_text", &["`&str` is not an issuer"]),
    ("builder/issuer_chosen_twice", &["the issuer of this server is chosen twice"]),
    ("builder/issuer_parsed_as_whatever_fits", &["`!` is not an issuer", "the trait bound `!: FromStr` is not satisfied"]), // and what nobody names nobody reads
    ("builder/loopback_issuer_outside_development", &["the issuer of this server is an `http` URL, which only the `Development` profile accepts"]),
    ("builder/loopback_issuer_under_rfc6749", &["the issuer of this server is an `http` URL, which only the `Development` profile accepts"]),
    ("builder/no_fetcher", &["this server has to fetch documents that its clients name, and has no fetcher"]),
    ("builder/no_grant", &["this authorization server has no grant type"]),
    ("builder/no_issuer", &["this authorization server has no issuer"]),
    ("builder/no_storage", &["this authorization server has no storage"]),
    ("builder/not_a_feature", &["`AuthorizationCode` is not a feature"]),
    ("builder/nothing_in_particular_switched_off", &["type annotations needed"]),
    ("builder/not_a_policy", &["`Accounts` cannot say whether an authorization still stands"]),
    ("builder/not_a_policy_of_hosts", &["`&str` does not say from which hosts clients may come"]),
    ("builder/not_a_policy_of_redirect_uris", &["`&str` does not decide about redirect URIs"]),
    ("builder/not_a_profile", &["`&str` is not a security profile"]),
    ("builder/not_a_source_of_resources", &["`PgStore` does not say which resources there are"]),
    ("builder/own_profile", &["`EverythingGoes` cannot be a security profile: there are those of this library"]),
    ("builder/private_addresses_outside_development", &["the fetcher of this server may connect to private addresses, which only the `Development` profile accepts"]),
    ("builder/profile_after_both", &["the profile must be chosen before the first grant and the first response type"]),
    ("builder/profile_after_grant", &["the profile must be chosen before the first grant and the first response type"]),
    ("builder/profile_after_response_type", &["the profile must be chosen before the first grant and the first response type"]),
    ("builder/pushed_requests_twice", &["the `PushedAuthorizationRequests<PushingRequired>` feature is enabled twice on this server"]),
    ("builder/pushed_requests_without_authorization_endpoint", &["this server takes pushed authorization requests and has no authorization endpoint"]),
    ("builder/signed_introspection_without_introspection", &["signed introspection responses need the introspection endpoint"]),
    ("builder/two_token_formats", &["the `JwtAccessTokens` feature is enabled twice on this server"]),
    ("builder/profile_as_type_parameter", &["whether the profile `P` accepts the storage `SqliteStore` is not known here, as it is a type parameter"]),
    ("builder/not_rate_limits", &["`&str` does not limit how many requests are answered"]),
    ("builder/rate_limits_given_twice", &["the rate limits of this server are given twice"]),
    ("builder/same_feature_twice", &["the `Introspection` feature is enabled twice on this server"]),
    ("builder/signed_requests_twice", &["the `RequestObjects<InlineKeys, SigningRequired>` feature is enabled twice on this server"]),
    ("builder/signed_requests_without_a_fetcher", &["this server has to fetch documents that its clients name, and has no fetcher"]),
    ("builder/signed_requests_without_authorization_endpoint", &["this server reads signed authorization requests and has no authorization endpoint"]),
    ("builder/signed_responses_without_authorization_endpoint", &["this server signs authorization responses and has no authorization endpoint"]),
    // grants/
    ("grants/code_grant_without_response_type", &["the `authorization_code` grant needs a response type that returns a `code`"]),
    ("grants/constructor_not_called", &["expected value, found struct `ClientCredentials`"]),
    ("grants/constructor_not_called_either", &["`fn() -> AuthorizationCode {AuthorizationCode::new}` is not a grant type"]), // a function has no wire name either
    ("grants/forged_token_response", &["cannot construct `TokenResponse` with struct literal syntax due to private fields"]),
    ("grants/exchange_policy_future_not_send", &["future cannot be sent between threads safely"]),
    ("grants/id_jag_without_resources", &["this server accepts ID-JAGs and does not know which resources there are"]),
    ("grants/id_jags_without_openid", &["this server issues ID-JAGs and has no ID tokens to exchange for them"]),
    ("grants/implicit_without_token", &["the `implicit` grant needs a response type that returns an access token"]),
    ("grants/not_a_grant", &["`Code` is not a grant type"]),
    ("grants/not_an_assertion_policy", &["`PgStore` does not say who is meant by an assertion"]),
    ("grants/not_an_id_jag_policy", &["`PgStore` does not decide which ID-JAGs are issued"]),
    ("grants/not_an_exchange_policy", &["`PgStore` does not decide about the exchange of tokens"]),
    ("grants/not_a_grant_without_storage", &["`Code` is not a grant type"]),
    ("grants/nothing_in_particular_switched_off", &["type annotations needed"]),
    ("grants/own_code_grant_that_redeems_nothing", &["the step of the `MyCodes` grant is not that of its `grant_type`"]),
    ("grants/own_grant_future_not_send", &["future cannot be sent between threads safely"]),
    ("grants/own_grant_needs_more_of_the_storage", &["the trait bound `PgStore: OtpStore` is not satisfied"]),
    ("grants/own_grant_not_a_uri", &["an extension grant type is named by an absolute URI (RFC 6749 section 4.5)"]),
    ("grants/own_grant_not_sync", &["future cannot be sent between threads safely"]),
    ("grants/own_grant_that_borrows", &["borrowed data escapes outside of function"]),
    ("grants/own_grant_that_redeems_codes", &["the step of the `Codes` grant is not that of its `grant_type`"]),
    ("grants/own_grant_that_rotates_refresh_tokens", &["the step of the `Tokens` grant is not that of its `grant_type`"]),
    ("grants/own_grant_with_the_name_of_another", &["the grant type of `MyClientCredentials` is enabled twice on this server"]),
    ("grants/own_grant_without_impl", &["the `Otp` grant cannot be served from the storage `PgStore`"]),
    ("grants/own_grant_without_name", &["`Otp` has no name on the wire"]),
    ("grants/own_grants_with_one_name", &["the grant type of `OtpAgain` is enabled twice on this server"]),
    ("grants/own_refresh_grant_that_rotates_nothing", &["the step of the `MyRefresh` grant is not that of its `grant_type`"]),
    ("grants/password_without_authenticator", &["`PgStore` cannot authenticate resource owners"]),
    ("grants/refresh_without_source", &["the `refresh_token` grant is enabled but no enabled grant can issue a refresh token"]),
    ("grants/refresh_without_source_own_grant", &["the `refresh_token` grant is enabled but no enabled grant can issue a refresh token"]),
    ("grants/same_grant_twice", &["the grant type of `AuthorizationCode` is enabled twice on this server"]),
    ("grants/seventeen_grants", &["this list is full: a server takes at most 16 grant types, 16 response types and 32 features"]),
    ("grants/switched_off_and_still_checked", &["the `OAuth21` profile does not have the password grant"]),
    ("grants/type_parameter", &["which rules the grant `X` has to keep is not known here, as it is a type parameter"]),
    // keys/
    ("keys/no_key_store_and_storage_last", &["the storage `NoCodes` cannot keep signing keys"]),
    ("keys/master_keys_given_twice", &["the master keys of this server are given twice"]),
    ("keys/ephemeral_before_the_profile", &["these signing keys vanish when the process ends, which only the `Development` profile accepts"]),
    ("keys/algorithm_as_a_value", &["`grantor::Algorithm` is not a signing algorithm"]),
    ("keys/algorithm_without_a_key", &["access tokens of this server are signed under an algorithm for which it has no key"]),
    ("keys/ephemeral_outside_development", &["these signing keys vanish when the process ends, which only the `Development` profile accepts"]),
    ("keys/keys_from_two_places", &["the `SigningKeys<(grantor::EdDsa,), FixedKeys>` feature is enabled twice on this server"]),
    ("keys/keys_that_nothing_uses", &["this server has signing keys and signs nothing with them"]),
    ("keys/no_algorithm", &["these signing keys have no algorithm"]),
    ("keys/no_key_store", &["the storage `NoCodes` cannot keep signing keys"]),
    ("keys/not_a_private_key", &["`u8` is not a private key"]),
    ("keys/not_a_sealer", &["`&str` cannot seal signing keys"]),
    ("keys/not_a_signer", &["`&str` cannot sign"]),
    ("keys/same_algorithm_twice", &["the signing algorithm `grantor::Es256` is there twice"]),
    ("keys/signs_without_keys", &["this server signs tokens and has no signing key"]),
    ("keys/stored_without_master_keys", &["this server needs master keys and was given none"]),
    // details/
    ("details/no_comma", &["`Payment` is not a list of authorization details types"]),
    ("details/no_name", &["`Payment` has no name on the wire"]),
    ("details/no_types", &["`()` is not a list of authorization details types"]),
    ("details/not_a_detail_type", &["`std::string::String` is not a type of authorization details", "`RichAuthorizationRequests<(Payment, std::string::String)>` is not a feature"]), // the list is one of something
    ("details/same_name_twice", &["the authorization details type of `Refund` is there twice"]),
    // dpop/
    ("dpop/no_memory_of_proofs", &["`MemoryStore` cannot remember which DPoP proofs it has seen"]),
    ("dpop/no_replays", &["the storage `NoCodes` cannot remember what was used"]),
    ("dpop/nonces_without_master_keys", &["this server needs master keys and was given none"]),
    ("dpop/tokens_that_are_bound_to_nothing", &["the access tokens of this server are all bound to a key, but not those of the authorization endpoint"]),
    ("dpop/twice", &["the `Dpop<DpopRequired>` feature is enabled twice on this server"]),
    ("keys/signed_responses_without_keys", &["this server signs tokens and has no signing key"]),
    // mutual_tls/
    ("mutual_tls/tokens_that_are_bound_to_nothing", &["the access tokens of this server are all bound to a key, but not those of the authorization endpoint"]),
    ("mutual_tls/twice", &["the `MutualTls<CertificatesRequired>` feature is enabled twice on this server"]),
    // registration/
    ("registration/no_registrations", &["the storage `NoRegistrations` cannot keep clients that register themselves"]),
    ("registration/not_a_policy", &["`PgStore` does not decide about registrations"]),
    // openid/
    ("openid/back_channel_without_fetcher", &["this server has to fetch documents that its clients name, and has no fetcher"]),
    ("openid/logout_without_openid", &["logout needs the `OpenId` feature"]),
    ("openid/no_session_records", &["the storage `NoSessions` cannot keep sessions"]),
    ("openid/signs_nobody_out", &["`PgStore` does not sign people out"]),
    ("openid/nobody_signs_in", &["an OpenID Provider needs a response type that returns a `code` or an ID token"]),
    ("openid/hybrid_under_oauth21", &["the `OAuth21` profile does not have response types that return an ID token"]),
    ("openid/hybrid_with_a_token_under_oauth21", &["the `OAuth21` profile does not have the implicit grant"]),
    ("openid/id_token_without_implicit", &["a response type that returns an ID token needs the `implicit` grant"]),
    ("openid/id_token_without_openid", &["a response type that returns an ID token needs the `OpenId` feature"]),
    ("openid/no_access_tokens", &["the storage `NoAccessTokens` cannot keep access tokens"]),
    ("openid/no_rs256", &["an OpenID Provider signs with RS256, and these signing keys do not"]),
    ("openid/no_signing_keys", &["this server signs tokens and has no signing key"]),
    ("openid/not_a_source", &["`PgStore` does not know the claims about people"]),
    ("openid/pairwise_without_master_keys", &["this server needs master keys and was given none"]),
    ("openid/source_future_not_send", &["future cannot be sent between threads safely"]),
    // profiles/
    ("profiles/fapi2_with_another_response_type", &["the `Fapi2` profile has the response type `code` alone"]),
    ("profiles/fapi2_with_bearer_tokens", &["the `Fapi2` profile binds access tokens to keys of clients, and this server does not"]),
    ("profiles/fapi2_with_bearer_tokens_under_development", &["the `Fapi2` profile binds access tokens to keys of clients, and this server does not"]),
    ("profiles/fapi2_with_certificates_that_only_bind", &["the `Fapi2` profile has clients that authenticate with keys, and this server does not take them as it has to"]),
    ("profiles/fapi2_with_older_audiences", &["the `Fapi2` profile has clients that authenticate with keys, and this server does not take them as it has to"]),
    ("profiles/fapi2_with_older_audiences_beside_certificates", &["the `Fapi2` profile has clients that authenticate with keys, and this server does not take them as it has to"]),
    ("profiles/fapi2_with_optional_certificates", &["the `Fapi2` profile binds access tokens to keys of clients, and this server does not"]),
    ("profiles/fapi2_with_optional_proofs", &["the `Fapi2` profile binds access tokens to keys of clients, and this server does not"]),
    ("profiles/fapi2_with_optional_pushing", &["the `Fapi2` profile has pushed authorization requests alone, and this server takes others"]),
    ("profiles/fapi2_with_plain_requests", &["the `Fapi2` profile has pushed authorization requests alone, and this server takes others"]),
    ("profiles/fapi2_with_rotation", &["the `Fapi2` profile does not have refresh tokens that rotate"]),
    ("profiles/fapi2_with_rs256", &["the `Fapi2` profile signs with PS256, ES256 or EdDSA, and these signing keys do with another"]),
    ("profiles/fapi2_with_secrets", &["the `Fapi2` profile has clients that authenticate with keys, and this server does not take them as it has to"]),
    ("profiles/implicit_under_development", &["the `OAuth21` profile does not have the implicit grant"]),
    ("profiles/implicit_under_oauth21", &["the `OAuth21` profile does not have the implicit grant"]),
    ("profiles/mcp_with_resource_indicators_that_can_be_off", &["the `Mcp` profile needs resource indicators, and this server has none"]),
    ("profiles/mcp_without_code_flow", &["the `Mcp` profile needs the authorization code flow, and this server does not have it"]),
    ("profiles/mcp_without_resource_indicators", &["the `Mcp` profile needs resource indicators, and this server has none"]),
    ("profiles/mcp_without_resource_indicators_under_development", &["the `Mcp` profile needs resource indicators, and this server has none"]),
    ("profiles/own_code_grant_without_pkce_under_oauth21", &["the `OAuth21` profile requires PKCE"]),
    ("profiles/own_password_grant_under_development", &["the `OAuth21` profile does not have the password grant"]),
    ("profiles/own_password_grant_under_oauth21", &["the `OAuth21` profile does not have the password grant"]),
    ("profiles/own_token_response_under_oauth21", &["the `OAuth21` profile does not have the implicit grant"]),
    ("profiles/password_under_development", &["the `OAuth21` profile does not have the password grant"]),
    ("profiles/password_under_fapi2", &["the `Fapi2` profile does not have the password grant"]),
    ("profiles/password_under_mcp", &["the `Mcp` profile does not have the password grant"]),
    ("profiles/password_under_oauth21", &["the `OAuth21` profile does not have the password grant"]),
    ("profiles/pkce_optional_under_development", &["the `OAuth21` profile requires PKCE"]),
    ("profiles/pkce_optional_under_fapi2", &["the `Fapi2` profile requires PKCE"]),
    ("profiles/pkce_optional_under_mcp", &["the `Mcp` profile requires PKCE"]),
    ("profiles/pkce_optional_under_oauth21", &["the `OAuth21` profile requires PKCE"]),
    ("profiles/pkce_plain_under_development", &["the `OAuth21` profile does not have the `plain` PKCE method"]),
    ("profiles/pkce_plain_under_fapi2", &["the `Fapi2` profile does not have the `plain` PKCE method"]),
    ("profiles/pkce_plain_under_oauth21", &["the `OAuth21` profile does not have the `plain` PKCE method"]),
    ("profiles/token_and_implicit_under_oauth21", &["the `OAuth21` profile does not have the implicit grant", "the `OAuth21` profile does not have the implicit grant"]), // two calls, each refused
    ("profiles/token_under_development", &["the `OAuth21` profile does not have the implicit grant"]),
    ("profiles/token_under_oauth21", &["the `OAuth21` profile does not have the implicit grant"]),
    // resource_server/
    ("resource_server/another_verifier_in_the_state", &["mismatched types"]),
    ("resource_server/authentication_malformed", &["not authentication context classes: printable ASCII without quote and backslash, one space between them (RFC 9470 section 3)"]),
    ("resource_server/authentication_that_is_none", &["`Strong` does not say how a person must have signed in"]),
    ("resource_server/no_resource_server_in_the_state", &["mismatched types"]),
    ("resource_server/not_a_verifier", &["`PgStore` cannot verify access tokens"]),
    ("resource_server/not_verification_keys", &["`&str` does not have the keys of an authorization server"]),
    ("resource_server/not_an_http_client", &["`Http` cannot send HTTP requests"]),
    ("resource_server/scope_empty", &["name at least one scope token; where none is required, use `AnyScope`"]),
    ("resource_server/scope_malformed", &["not a scope: tokens of printable ASCII without quote and backslash, one space between them (RFC 6749 section 3.3)"]),
    ("resource_server/scope_that_is_none", &["`Read` does not name a required scope"]),
    // responses/
    ("responses/own_response_type_that_says_more", &["a response type returns what its words `code`, `token` and `id_token` say: declare each as `Yes`, or take another name"]),
    ("responses/code_of_ones_own", &["no method named `issue_code` found for reference `&ApprovalContext<'_, S>` in the current scope"]),
    ("responses/code_switched_without_its_grant", &["`Option<Code>` is not a response type"]),
    ("responses/code_token_without_code_grant", &["a response type that returns a `code` needs the `authorization_code` grant"]),
    ("responses/code_without_grant", &["a response type that returns a `code` needs the `authorization_code` grant"]),
    ("responses/not_a_response_type", &["`AuthorizationCode` is not a response type"]),
    ("responses/nothing_in_particular_switched_off", &["type annotations needed"]),
    ("responses/own_generic_response_type_that_says_more", &["the response type `Mine<&str>` does not return what its name says"]),
    ("responses/own_response_type_by_hand_that_says_more", &["the response type `Mine` does not return what its name says"]),
    ("responses/own_response_type_with_a_bad_name", &["a response type is named by words of letters, digits and `_` with one space between (RFC 6749 appendix A.3)"]),
    ("responses/own_response_type_without_impl", &["the `Receipt` response type cannot be served from the storage `PgStore`"]),
    ("responses/same_response_type_twice", &["the response type of `Code` is enabled twice on this server"]),
    ("responses/same_words_in_another_order", &["the response type of `TokenCode` is enabled twice on this server"]),
    ("responses/token_without_implicit", &["a response type that returns an access token needs the `implicit` grant"]),
    ("responses/type_parameter", &["what the response type `X` carries is not known here, as it is a type parameter"]),
    // server/
    ("server/approved_by_nobody", &["mismatched types"]),
    ("server/closure_as_interaction", &["`{async closure@$DIR/fail/server/closure_as_interaction.rs:13:25: 13:94}` does not decide about the authorization requests of `AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>`"]),
    ("server/completed_without_a_decision", &["mismatched types"]),
    ("server/device_approved_unseen", &["mismatched types"]),
    ("server/erased_and_administered", &["this `ErasedServer` forgot how its server is administered"]),
    ("server/erased_for_administration", &["`ErasedServer` is not an authorization server that can be administered"]),
    ("server/generic_code_without_the_bound", &["the method `handle` exists for struct `TokenEndpoint<'_, S, G, ()>`, but its trait bounds were not satisfied"]),
    ("server/interaction_behind_dyn", &["the trait `Interaction` is not dyn compatible"]),
    ("server/interaction_by_async_trait", &["lifetime parameters or bounds on method `decide` do not match the trait declaration"]),
    ("server/interaction_that_suspends", &["the storage `NoInteractions` cannot keep authorization requests that wait"]),
    ("server/no_authorization", &["this server has no authorization endpoint"]),
    ("server/no_authorization_awaited", &["this server has no authorization endpoint"]),
    ("server/no_devices", &["the `DeviceCode` grant is not there on this server"]),
    ("server/no_introspection", &["the `Introspection` feature is not enabled on this server"]),
    ("server/no_introspection_awaited", &["the `Introspection` feature is not enabled on this server"]),
    ("server/no_revocation", &["the `Revocation` feature is not enabled on this server"]),
    ("server/no_revocation_awaited", &["the `Revocation` feature is not enabled on this server"]),
    ("server/nobody_signs_people_in", &["this server has an authorization endpoint, or may have one, and nobody to sign people in"]),
    ("server/nobody_signs_people_in_at_a_service", &["this server has an authorization endpoint, or may have one, and nobody to sign people in"]),
    ("server/nobody_signs_people_in_at_an_erased_server", &["this server has an authorization endpoint, or may have one, and nobody to sign people in"]),
    ("server/not_a_server", &["`PgStore` is not an authorization server"]),
    ("server/not_a_server_to_administer", &["`PgStore` is not an authorization server that can be administered"]),
    ("server/not_a_server_to_erase", &["`PgStore` is not an authorization server that can suspend authorization requests"]),
    ("server/not_an_interaction", &["`LoginPage` does not decide about the authorization requests of `AuthorizationServer<PgStore, (AuthorizationCode,), (Code,)>`"]),
    ("server/nothing_to_decide", &["this server has no authorization endpoint, or may have none, and so nothing for an `Interaction` to decide"]),
    ("server/perhaps_somebody_signs_in", &["this server has an authorization endpoint, or may have one, and nobody to sign people in"]),
    ("server/request_copied", &["no method named `clone` found for struct `AuthorizationRequest` in the current scope"]),
    ("server/request_decided_twice", &["use of moved value: `request`"]),
    ("server/request_forged", &["cannot construct `AuthorizationRequest` with struct literal syntax due to private fields"]),
    ("server/server_behind_dyn", &["the trait `ServesOAuth` is not dyn compatible"]),
    // storage/
    ("storage/no_replays_for_assertions", &["the storage `NoCodes` cannot remember what was used"]),
    ("storage/no_replays_in_arc", &["the storage `NoCodes` cannot remember what was used"]),
    ("storage/behind_dyn", &["the trait `ClientStore` is not dyn compatible"]),
    ("storage/borrowed", &["`&SqliteStore` is not a storage that can look up clients"]),
    ("storage/borrowed_and_storage_last", &["`&SqliteStore` is not a storage that can look up clients"]),
    ("storage/chosen_twice", &["the storage of this server is chosen twice"]),
    ("storage/client_not_checked", &["mismatched types"]),
    ("storage/error_of_a_database", &["`?` couldn't convert the error to `StoreError`"]),
    ("storage/forged_rotation", &["cannot initialize a tuple struct which contains private fields"]),
    ("storage/forged_witness", &["cannot initialize a tuple struct which contains private fields"]),
    ("storage/half_written", &["the storage `MyStore` cannot keep authorizations"]),
    ("storage/half_written_further", &["the storage `MyStore` cannot keep authorization codes", "the storage `MyStore` cannot keep refresh tokens", "the storage `MyStore` cannot keep access tokens"]), // three gaps
    ("storage/memory_in_arc", &["the storage `MemoryStore` forgets everything when the process ends, which only the `Development` profile accepts"]),
    ("storage/memory_in_split", &["the storage `MemoryStore` forgets everything when the process ends, which only the `Development` profile accepts"]),
    ("storage/memory_outside_development", &["the storage `MemoryStore` forgets everything when the process ends, which only the `Development` profile accepts"]),
    ("storage/memory_under_rfc6749", &["the storage `MemoryStore` forgets everything when the process ends, which only the `Development` profile accepts"]),
    ("storage/no_access_tokens", &["the storage `NoAccessTokens` cannot keep access tokens"]),
    ("storage/no_access_tokens_for_introspection", &["the storage `NoAccessTokens` cannot keep access tokens"]),
    ("storage/no_access_tokens_without_a_grant_of_them", &["the storage `NoAccessTokens` cannot keep access tokens"]),
    ("storage/no_authorization_records", &["the storage `NoPurge` cannot list a person's authorizations"]),
    ("storage/no_clients", &["`Tokens` is not a storage that can look up clients"]),
    ("storage/no_clients_in_split", &["`grantor::Split<Tokens, Tokens>` is not a storage that can look up clients"]),
    ("storage/no_codes", &["the storage `NoCodes` cannot keep authorization codes"]),
    ("storage/no_codes_and_storage_last", &["the storage `NoCodes` cannot keep authorization codes"]),
    ("storage/no_codes_in_arc", &["the storage `NoCodes` cannot keep authorization codes"]),
    ("storage/no_codes_in_split", &["the storage `NoCodes` cannot keep authorization codes"]),
    ("storage/no_deferred_requests", &["the storage `NoSessions` cannot keep requests whose answer is fetched later"]),
    ("storage/no_families", &["the storage `MyStore` cannot keep authorizations"]),
    ("storage/no_health_check", &["the storage `NoPurge` cannot say whether it works"]),
    ("storage/no_interactions", &["the storage `NoInteractions` cannot keep authorization requests that wait"]),
    ("storage/no_interactions_behind_a_facade", &["the storage `NoInteractions` cannot keep authorization requests that wait"]),
    ("storage/no_interactions_to_resume", &["the storage `NoInteractions` cannot keep authorization requests that wait"]),
    ("storage/no_purge", &["the storage `NoPurge` cannot remove expired rows"]),
    ("storage/no_pushed_requests", &["the storage `NoInteractions` cannot keep authorization requests that wait"]),
    ("storage/no_refresh_tokens", &["the storage `NoRefreshTokens` cannot keep refresh tokens"]),
    ("storage/no_refresh_tokens_in_arc", &["the storage `NoRefreshTokens` cannot keep refresh tokens"]),
    ("storage/no_replays", &["the storage `NoCodes` cannot remember what was used"]),
    ("storage/no_registry", &["the storage `ReadOnly` cannot register clients"]),
    ("storage/no_registry_behind_a_facade", &["the storage `ReadOnly` cannot register clients"]),
    ("storage/no_registry_in_arc", &["the storage `ReadOnly` cannot register clients"]),
    ("storage/no_registry_in_split", &["the storage `Clients` cannot register clients"]),
    ("storage/no_replays_of_request_objects", &["the storage `NoInteractions` cannot remember what was used"]),
    ("storage/not_a_store_but_a_function", &["`fn() -> MemoryStore {MemoryStore::new}` is not a storage that can look up clients"]),
    ("storage/not_a_store_but_a_function_and_storage_last", &["`fn() -> MemoryStore {MemoryStore::new}` is not a storage that can look up clients"]),
    ("storage/not_a_store_but_a_future", &["`impl Future<Output = Result<PostgresStore, StoreError>>` is not a storage that can look up clients"]),
    ("storage/not_a_store_but_a_future_and_storage_last", &["`impl Future<Output = Result<PostgresStore, StoreError>>` is not a storage that can look up clients"]),
    ("storage/not_a_store_but_a_pool", &["`Pool<Postgres>` is not a storage that can look up clients"]),
    ("storage/not_a_store_but_a_pool_and_storage_last", &["`Pool<Postgres>` is not a storage that can look up clients"]),
    ("storage/not_a_store_but_a_result", &["`Result<SqliteStore, StoreError>` is not a storage that can look up clients"]),
    ("storage/not_a_store_but_a_result_and_storage_last", &["`Result<SqliteStore, StoreError>` is not a storage that can look up clients"]),
    ("storage/own_store_by_async_trait", &["lifetime parameters or bounds on method `client` do not match the trait declaration"]),
    ("storage/own_store_does_not_say_that_it_lasts", &["the storage `Volatile` forgets everything when the process ends, which only the `Development` profile accepts"]),
    ("storage/own_store_in_split_without_codes", &["the storage `MyStore` cannot keep authorization codes"]),
    ("storage/own_store_lacks_a_method", &["not all trait items implemented, missing: `revoke_family`"]),
    ("storage/type_parameter", &["the storage `S` cannot keep authorizations"]),
    // types/
    ("types/alias_order_mismatch", &["mismatched types"]),
    ("types/alias_without_a_feature", &["mismatched types"]),
    ("types/development_in_a_production_alias", &["mismatched types"]),
    ("types/grant_among_features", &["`ClientCredentials` is not a list of features"]),
    ("types/missing_comma", &["`ClientCredentials` is not a list of grant types"]),
    ("types/missing_comma_and_printed", &["`ClientCredentials` is not a list of grant types, response types or features"]),
    ("types/missing_comma_at_the_token_endpoint", &["`ClientCredentials` is not a list of grant types"]),
    ("types/missing_comma_in_features", &["mismatched types"]),
    ("types/missing_comma_in_parentheses", &["mismatched types"]),
    ("types/missing_comma_in_response_types", &["`Code` is not a list of response types"]),
    ("types/response_type_among_grants", &["`Code` is not a grant type"]),
    ("types/two_profiles", &["`if` and `else` have incompatible types"]),
    // values/
    ("values/loopback_issuer_for_production", &["this function takes 2 arguments but 1 argument was supplied"]),
    ("values/client_not_built", &["mismatched types"]),
    ("values/endpoints_on_one_path", &["mismatched types"]),
    ("values/error_code", &["an error code is printable ASCII without quote and backslash (RFC 6749 appendix A.7)"]),
    ("values/issuer_http", &["the issuer must use the `https` scheme (RFC 8414 section 2)"]),
    ("values/issuer_known_at_run_time", &["attempt to use a non-constant value in a constant"]),
    ("values/issuer_with_fragment", &["the issuer must not have a query or fragment (RFC 8414 section 2)"]),
    ("values/issuer_with_query", &["the issuer must not have a query or fragment (RFC 8414 section 2)"]),
    ("values/issuer_without_scheme", &["the issuer must use the `https` scheme (RFC 8414 section 2)"]),
    ("values/lifetime_as_a_number", &["mismatched types"]),
    ("values/lifetime_beyond_the_bound", &["CodeLifetime must be between 1 and 600 seconds"]),
    ("values/lifetime_of_another_kind", &["mismatched types"]),
    ("values/lifetime_of_zero", &["AccessTokenLifetime must be between 1 and 86400 seconds"]),
    ("values/loopback_issuer_elsewhere", &["a loopback issuer's host must be `localhost`, `[::1]` or in `127.0.0.0/8`"]),
    ("values/not_a_way_to_documents", &["`Http` is no way to documents for a `Fetcher`"]),
    ("values/scopes_as_text", &["mismatched types"]),
    ("values/setting_misspelt", &["no method named `acess_token_lifetime` found for struct `grantor::Builder<I, St, G, R, F, P, M>` in the current scope"]),
];

#[test]
fn each_case_has_exactly_these_first_lines() {
    for (case, expected) in FIRST_LINES {
        let stderr = read(&fail().join(case).with_extension("stderr"));
        assert_eq!(&first_lines(&stderr), expected, "{case}");
    }
}

#[test]
fn each_case_is_in_the_table_once() {
    let listed: Vec<_> = FIRST_LINES.iter().map(|(case, _)| (*case).to_owned()).collect();
    let listed_once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(listed_once.len(), listed.len(), "a case is listed twice");
    let files = |extension: &str| files(&fail(), extension).iter().map(|path| case_of(path)).collect::<BTreeSet<_>>();
    assert_eq!(listed_once, files("rs"));
    assert_eq!(listed_once, files("stderr"));
}

#[test]
fn each_mistake_is_short_enough_to_read() {
    for path in files(&fail(), "stderr") {
        let (case, stderr) = (case_of(&path), read(&path));
        let mistakes = if SEVERAL_MISTAKES.contains(&&*case) { errors_in(&stderr) } else { vec![stderr.trim_end().to_owned()] };
        for mistake in mistakes {
            let lines = mistake.lines().count();
            assert!(lines <= MAX_LINES, "{case}: {lines} lines");
        }
        let warned = stderr.lines().any(|line| line.starts_with("warning"));
        assert!(!warned || stderr.contains("unused_parens"), "{case}: a warning distracts from the error");
    }
}

/// `// legal: pass/chain.rs, fn typical` is the first line of a case: the same without the mistake.
#[test]
fn each_case_names_its_legal_neighbour() {
    for path in files(&fail(), "rs") {
        let (case, source) = (case_of(&path), read(&path));
        let neighbour = source.lines().next().and_then(|line| line.strip_prefix("// legal: ")).expect(&case);
        let (file, function) = neighbour.split_once(", fn ").expect(&case);
        let legal = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
        assert!(legal.contains(&format!("fn {function}(")), "{case}: no `{function}` in {file}");
        let calls = legal.rsplit("fn main()").next().unwrap_or_default();
        assert!(calls.contains(&format!("{function}(")), "{case}: `{function}` in {file} is not run");
    }
}

/// A rule without a case does not exist.
#[test]
fn each_message_of_the_library_is_shown_by_a_case() {
    let messages = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../src"), "rs")
        .iter()
        .flat_map(|path| messages(path))
        .collect::<Vec<_>>();
    assert!(messages.len() > 30, "{messages:#?}");
    let shown: Vec<_> = FIRST_LINES.iter().flat_map(|(_, lines)| *lines).collect();
    for (place, message) in messages {
        let is_shown = shown.iter().any(|line| fits(&message, line));
        assert_ne!(is_shown, WITHOUT_A_CASE.contains(&&*place), "does a case show {message:?} of {place}? {is_shown}");
    }
}

/// A rule's page says what the compiler says.
#[test]
fn each_rule_shows_its_message_on_its_page() {
    let rules = rules();
    for of_a_file in ["LacksGrant", "Enables", "IssuerIsSet", "AnIssuer", "AllowsSecrets", "AcceptsStorage", "LacksAlgorithm"] {
        assert!(rules.iter().any(|(rule, _)| rule == of_a_file), "{of_a_file} is read: {rules:?}");
    }
    assert!(!rules.iter().any(|(rule, _)| rule == "Gives"), "what is hidden is no rule");
    for (rule, path) in rules {
        let Some((_, message)) = messages(&path).into_iter().find(|(place, _)| *place == rule) else { continue };
        let said =
            message.split('{').map(|part| part.split_once('}').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join("…");
        let line = format!("/// Where it does not hold, the compiler says: *{said}*.\n");
        assert!(read(&path).contains(&line), "{rule}: {line}");
    }
}

/// The first line of each error, without `error[E0277]: ` and, where a constant panicked, without `evaluation panicked: `.
fn first_lines(stderr: &str) -> Vec<&str> {
    let errors = stderr.lines().filter(|line| line.starts_with("error"));
    errors
        .map(|line| {
            let message = line.split_once(": ").expect("a message").1;
            message.strip_prefix("evaluation panicked: ").unwrap_or(message)
        })
        .collect()
}
