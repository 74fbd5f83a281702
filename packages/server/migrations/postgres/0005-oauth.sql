-- What may be used once, until it would not be taken any more for another reason.
CREATE TABLE taken (
  id_hash text PRIMARY KEY,
  expires_at bigint NOT NULL
);

CREATE INDEX taken_by_expiry ON taken (expires_at);

-- OAuth clients that registered themselves.
CREATE TABLE registered_clients (
  client_id text PRIMARY KEY,
  client text NOT NULL,
  token_hash text NOT NULL,
  version integer NOT NULL,
  registered_at bigint NOT NULL
);
