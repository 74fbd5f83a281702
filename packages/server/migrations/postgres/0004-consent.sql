-- One sheet at a time for each user.
CREATE TABLE open_sheets (
  wallet_id text NOT NULL,
  user_id text NOT NULL,
  id_hash text NOT NULL,
  opened_at bigint NOT NULL,
  PRIMARY KEY (wallet_id, user_id)
) WITH (fillfactor = 80);

ALTER TABLE consent_requests ADD COLUMN page_instance text;
ALTER TABLE consent_requests ADD COLUMN guardian_id text;

-- What waits for the guardian of a minor.
CREATE TABLE parked_questions (
  wallet_id text NOT NULL,
  user_id text NOT NULL,
  app_id text NOT NULL,
  guardian_id text NOT NULL,
  scopes text NOT NULL,
  asked_at bigint NOT NULL,
  PRIMARY KEY (wallet_id, user_id, app_id)
);

CREATE INDEX parked_by_guardian ON parked_questions (wallet_id, guardian_id);

-- Links that open a user's page, once.
CREATE TABLE page_links (
  id_hash text PRIMARY KEY,
  wallet_id text NOT NULL,
  user_id text NOT NULL,
  locale text,
  expires_at bigint NOT NULL
);

CREATE INDEX page_links_by_expiry ON page_links (expires_at);

-- With a user's key goes all that receipts say of the person.
CREATE TABLE user_keys (
  wallet_id text NOT NULL,
  user_id text NOT NULL,
  wrapped bytea NOT NULL,
  PRIMARY KEY (wallet_id, user_id)
);

-- Receipts: written in the statement of the decision, chained a moment later, never altered after that.
CREATE TABLE receipts (
  receipt_id text PRIMARY KEY,
  tenant text NOT NULL,
  grant_id bigint NOT NULL,
  at bigint NOT NULL,
  event text NOT NULL,
  document text NOT NULL,
  sequence bigint,
  hash text
) WITH (fillfactor = 80);

CREATE INDEX receipts_of_grant ON receipts (grant_id, at);
CREATE INDEX receipts_to_chain ON receipts (at) WHERE sequence IS NULL;
CREATE UNIQUE INDEX receipts_in_chain ON receipts (tenant, sequence) WHERE sequence IS NOT NULL;

CREATE TABLE chain_heads (
  tenant text PRIMARY KEY,
  sequence bigint NOT NULL,
  hash text NOT NULL
);
