-- Registry names and their numbers: credentials carry the number. Rows are never changed nor deleted.
CREATE TABLE clients (
  number INTEGER PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE scope_sets (
  number INTEGER PRIMARY KEY,
  scopes TEXT NOT NULL UNIQUE
) STRICT;

-- The pairwise id of a user for a client: random, stored once.
CREATE TABLE subjects (
  client_number INTEGER NOT NULL,
  wallet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  subject TEXT NOT NULL UNIQUE,
  PRIMARY KEY (client_number, wallet_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  grant_id INTEGER PRIMARY KEY,
  wallet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  client_number INTEGER NOT NULL,
  subject TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  void_before INTEGER NOT NULL,
  held TEXT NOT NULL,
  refused TEXT NOT NULL,
  UNIQUE (wallet_id, user_id, app_id)
) STRICT;

CREATE TABLE consent_requests (
  id_hash TEXT PRIMARY KEY,
  wallet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  asked TEXT NOT NULL,
  not_entitled TEXT NOT NULL,
  sheet TEXT NOT NULL,
  sheet_hash TEXT NOT NULL,
  binding TEXT,
  redirect TEXT,
  expires_at INTEGER NOT NULL,
  outcome TEXT,
  completed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_requests_by_expiry ON consent_requests (expires_at);

-- The id begins with the issue time of the code, so inserts go to the end and expired rows are at the beginning.
CREATE TABLE authorizations (
  authorization_id BLOB PRIMARY KEY,
  grant_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  scope_set INTEGER NOT NULL,
  key_version INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  redeemed_at INTEGER NOT NULL,
  rotated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;

-- The revocation log: written in the transaction of the change, never altered.
CREATE TABLE revocations (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  epoch INTEGER,
  void_before INTEGER,
  void_until INTEGER,
  at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

CREATE INDEX revocations_by_time ON revocations (at);

CREATE INDEX revocations_that_void ON revocations (kind, id, void_until) WHERE void_until IS NOT NULL;
