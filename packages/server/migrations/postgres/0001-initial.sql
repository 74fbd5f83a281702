-- Registry names and their numbers: credentials carry the number. Rows are never changed nor deleted.
CREATE TABLE clients (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client_id text NOT NULL UNIQUE
);

CREATE TABLE scope_sets (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scopes text NOT NULL UNIQUE
);

-- The pairwise id of a user for a client: random, stored once.
CREATE TABLE subjects (
  client_number integer NOT NULL,
  wallet_id text NOT NULL,
  user_id text NOT NULL,
  subject text NOT NULL UNIQUE,
  PRIMARY KEY (client_number, wallet_id, user_id)
);

CREATE TABLE grants (
  grant_id bigint PRIMARY KEY,
  wallet_id text NOT NULL,
  user_id text NOT NULL,
  app_id text NOT NULL,
  client_number integer NOT NULL,
  subject text NOT NULL,
  epoch integer NOT NULL,
  void_before integer NOT NULL,
  held text NOT NULL,
  refused text NOT NULL,
  UNIQUE (wallet_id, user_id, app_id)
);

CREATE TABLE consent_requests (
  id_hash text PRIMARY KEY,
  wallet_id text NOT NULL,
  user_id text NOT NULL,
  app_id text NOT NULL,
  asked text NOT NULL,
  not_entitled text NOT NULL,
  sheet text NOT NULL,
  sheet_hash text NOT NULL,
  binding text,
  redirect text,
  expires_at bigint NOT NULL,
  outcome text,
  completed_at bigint
);

CREATE INDEX consent_requests_by_expiry ON consent_requests (expires_at);

-- The id begins with the issue time of the code, so inserts go to the end and expired rows are at the beginning.
CREATE TABLE authorizations (
  authorization_id bytea PRIMARY KEY,
  grant_id bigint NOT NULL,
  epoch integer NOT NULL,
  scope_set bigint NOT NULL,
  key_version integer NOT NULL,
  generation bigint NOT NULL,
  redeemed_at bigint NOT NULL,
  rotated_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ended_at bigint
) WITH (fillfactor = 90);

-- The revocation log: written in the statement of the change, never altered.
CREATE TABLE revocations (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  id text NOT NULL,
  epoch integer,
  void_before integer,
  void_until bigint,
  at bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp())::bigint,
  -- Numbers may commit out of order. By the transaction, a reader knows what it cannot have seen yet.
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE INDEX revocations_by_transaction ON revocations (transaction, sequence);
CREATE INDEX revocations_by_time ON revocations (at);

CREATE INDEX revocations_that_void ON revocations (kind, id, void_until) WHERE void_until IS NOT NULL;
