-- What administrators sign in with. Members and their roles are records of the registry.
CREATE TABLE admin_sessions (
  -- SHA-256 of the id, which only the browser has
  id_hash TEXT PRIMARY KEY,
  member_id TEXT NOT NULL,
  -- of the member's record at sign-in: a later version ends the session
  member_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  mac BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX admin_sessions_by_expiry ON admin_sessions (expires_at);

CREATE TABLE admin_passkeys (
  credential_id TEXT PRIMARY KEY,
  member_id TEXT NOT NULL,
  public_key TEXT NOT NULL,
  -- of the last use; 0 for passkeys that are synchronized
  counter INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  mac BLOB
) STRICT, WITHOUT ROWID;
