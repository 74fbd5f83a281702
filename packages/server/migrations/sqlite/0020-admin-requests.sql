-- Requests of administrators with an Idempotency-Key, for a day.
CREATE TABLE admin_requests (
  -- SHA-256 of the caller and the key
  id_hash TEXT PRIMARY KEY,
  -- SHA-256 of what the request says: the same key for another request is refused
  request_hash TEXT NOT NULL,
  claimed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- JSON; NULL until the request has a reply
  reply TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX admin_requests_by_expiry ON admin_requests (expires_at);
