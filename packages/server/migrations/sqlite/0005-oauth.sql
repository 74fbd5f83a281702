-- What may be used once, until it would not be taken any more for another reason.
CREATE TABLE taken (
  id_hash TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX taken_by_expiry ON taken (expires_at);

-- OAuth clients that registered themselves.
CREATE TABLE registered_clients (
  client_id TEXT PRIMARY KEY,
  client TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  version INTEGER NOT NULL,
  registered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
