-- Signed requests that redeemed a code or rotated a refresh token. Records of all other requests are in consumed_tokens.
CREATE TABLE executed_requests (
  authorization_id BLOB NOT NULL,
  id_hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (authorization_id, id_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX executed_requests_by_expiry ON executed_requests (expires_at);

-- The prepared request that a consent request answers. It is answered once.
ALTER TABLE consent_requests ADD COLUMN auth_request TEXT;
