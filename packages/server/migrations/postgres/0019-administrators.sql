-- What administrators sign in with. Members and their roles are records of the registry.
CREATE TABLE admin_sessions (
  -- SHA-256 of the id, which only the browser has
  id_hash text PRIMARY KEY,
  member_id text NOT NULL,
  -- of the member's record at sign-in: a later version ends the session
  member_version bigint NOT NULL,
  created_at bigint NOT NULL,
  last_used_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  mac bytea
);
CREATE INDEX admin_sessions_by_expiry ON admin_sessions (expires_at);

CREATE TABLE admin_passkeys (
  credential_id text PRIMARY KEY,
  member_id text NOT NULL,
  public_key text NOT NULL,
  -- of the last use; 0 for passkeys that are synchronized
  counter bigint NOT NULL,
  created_at bigint NOT NULL,
  mac bytea
);
