-- Signed requests that redeemed a code or rotated a refresh token. They are stored by authorization, so that one statement on one shard
-- writes the record and the effect. Records of all other requests are in consumed_tokens.
CREATE TABLE executed_requests (
  authorization_id bytea NOT NULL,
  id_hash text NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (authorization_id, id_hash)
);

CREATE INDEX executed_requests_by_expiry ON executed_requests (expires_at);

-- The epoch of a grant has no practical limit.
ALTER TABLE grants ALTER COLUMN epoch TYPE bigint;
ALTER TABLE authorizations ALTER COLUMN epoch TYPE bigint;
ALTER TABLE revocations ALTER COLUMN epoch TYPE bigint;

-- The prepared request that a consent request answers. It is answered once.
ALTER TABLE consent_requests ADD COLUMN auth_request text;
