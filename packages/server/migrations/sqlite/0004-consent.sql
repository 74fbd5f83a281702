-- One sheet at a time for each user.
CREATE TABLE open_sheets (
  wallet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  id_hash TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  PRIMARY KEY (wallet_id, user_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE consent_requests ADD COLUMN page_instance TEXT;
ALTER TABLE consent_requests ADD COLUMN guardian_id TEXT;

-- What waits for the guardian of a minor.
CREATE TABLE parked_questions (
  wallet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  guardian_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  PRIMARY KEY (wallet_id, user_id, app_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX parked_by_guardian ON parked_questions (wallet_id, guardian_id);

-- Links that open a user's page, once.
CREATE TABLE page_links (
  id_hash TEXT PRIMARY KEY,
  wallet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  locale TEXT,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX page_links_by_expiry ON page_links (expires_at);

-- With a user's key goes all that receipts say of the person.
CREATE TABLE user_keys (
  wallet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (wallet_id, user_id)
) STRICT, WITHOUT ROWID;

-- Receipts: written in the transaction of the decision, chained a moment later, never altered after that.
CREATE TABLE receipts (
  receipt_id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  grant_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  document TEXT NOT NULL,
  sequence INTEGER,
  hash TEXT
) STRICT;

CREATE INDEX receipts_of_grant ON receipts (grant_id, at);
CREATE INDEX receipts_to_chain ON receipts (at) WHERE sequence IS NULL;
CREATE UNIQUE INDEX receipts_in_chain ON receipts (tenant, sequence) WHERE sequence IS NOT NULL;

CREATE TABLE chain_heads (
  tenant TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
