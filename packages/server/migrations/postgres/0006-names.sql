-- Renames tables, columns and indexes to the terms of the field, and the record fields inside JSON columns with them.

-- Numbers of client ids and scope sets. Credentials contain these numbers.
ALTER TABLE clients RENAME TO client_numbers;
ALTER INDEX clients_pkey RENAME TO client_numbers_pkey;
ALTER INDEX clients_client_id_key RENAME TO client_numbers_client_id_key;
ALTER SEQUENCE clients_number_seq RENAME TO client_numbers_number_seq;
ALTER TABLE scope_sets RENAME COLUMN number TO id;
ALTER SEQUENCE scope_sets_number_seq RENAME TO scope_sets_id_seq;

ALTER TABLE grants RENAME COLUMN held TO granted_scopes;
ALTER TABLE grants RENAME COLUMN refused TO denied_scopes;
-- Redundant: a scope that is granted after a whole withdrawal has a later `since` than every credential from before it.
ALTER TABLE grants DROP COLUMN void_before;
-- `at` is the first field of each denied scope, so its value follows the colon after the name of the scope.
UPDATE grants SET denied_scopes = replace(denied_scopes, ':{"at":', ':{"deniedAt":')
  WHERE denied_scopes LIKE '%:{"at":%';

ALTER TABLE consent_requests RENAME COLUMN asked TO requested_scopes;
ALTER TABLE consent_requests RENAME COLUMN not_entitled TO unapproved_scopes;
ALTER TABLE consent_requests RENAME COLUMN sheet TO prompt;
ALTER TABLE consent_requests RENAME COLUMN sheet_hash TO prompt_hash;
ALTER TABLE consent_requests RENAME COLUMN binding TO code_challenge;
UPDATE consent_requests SET redirect = replace(redirect, '"askedAt":', '"requestedAt":')
  WHERE redirect LIKE '%"askedAt":%';

-- The consent prompt that a user has open.
ALTER TABLE open_sheets RENAME TO active_prompts;
ALTER INDEX open_sheets_pkey RENAME TO active_prompts_pkey;

ALTER TABLE revocations RENAME COLUMN void_until TO revoked_through;
ALTER TABLE revocations RENAME COLUMN at TO created_at;
ALTER TABLE revocations DROP COLUMN void_before;
ALTER INDEX revocations_that_void RENAME TO revocations_by_target;

ALTER TABLE events RENAME COLUMN kind TO type;
ALTER TABLE events RENAME COLUMN at TO created_at;

-- Which data of a user was read, when and how often.
ALTER TABLE reading_kinds RENAME TO access_kinds;
ALTER TABLE access_kinds RENAME COLUMN number TO id;
ALTER TABLE access_kinds RENAME COLUMN kind TO description;
ALTER INDEX reading_kinds_pkey RENAME TO access_kinds_pkey;
ALTER INDEX reading_kinds_kind_key RENAME TO access_kinds_description_key;
ALTER SEQUENCE reading_kinds_number_seq RENAME TO access_kinds_id_seq;
ALTER TABLE readings RENAME TO access_log;
ALTER TABLE access_log RENAME COLUMN at TO accessed_at;
ALTER TABLE access_log RENAME COLUMN kind TO kind_id;
ALTER INDEX readings_pkey RENAME TO access_log_pkey;
ALTER INDEX readings_by_time RENAME TO access_log_by_time;

-- Requests of minors that wait for their guardians.
ALTER TABLE parked_questions RENAME TO guardian_requests;
ALTER TABLE guardian_requests RENAME COLUMN asked_at TO requested_at;
ALTER INDEX parked_questions_pkey RENAME TO guardian_requests_pkey;
ALTER INDEX parked_by_guardian RENAME TO guardian_requests_by_guardian;

-- One-time links to the privacy page of a user.
ALTER TABLE page_links RENAME TO privacy_links;
ALTER INDEX page_links_pkey RENAME TO privacy_links_pkey;
ALTER INDEX page_links_by_expiry RENAME TO privacy_links_by_expiry;

ALTER TABLE user_keys RENAME COLUMN wrapped TO encrypted_key;

ALTER TABLE receipts RENAME COLUMN tenant TO wallet_id;
ALTER TABLE receipts RENAME COLUMN at TO created_at;
ALTER TABLE chain_heads RENAME COLUMN tenant TO wallet_id;
ALTER INDEX receipts_to_chain RENAME TO receipts_unchained;

-- The replay cache: what may be used once, until it expires for another reason.
ALTER TABLE taken RENAME TO consumed_tokens;
ALTER INDEX taken_pkey RENAME TO consumed_tokens_pkey;
ALTER INDEX taken_by_expiry RENAME TO consumed_tokens_by_expiry;

-- The metadata of dynamically registered clients uses the registered names (RFC 7591, 8705, 9101, 9126, 9449).
UPDATE registered_clients SET client =
  replace(replace(replace(replace(replace(replace(replace(client,
    '"auth":', '"tokenEndpointAuth":'),
    '"sanDns":', '"tlsClientAuthSanDns":'),
    '"origins":', '"allowedOrigins":'),
    '"serves":', '"resourceServerFor":'),
    '"requirePushedRequests":', '"requirePushedAuthorizationRequests":'),
    '"requireSignedRequests":', '"requireSignedRequestObject":'),
    '"requireDpop":', '"dpopBoundAccessTokens":');
