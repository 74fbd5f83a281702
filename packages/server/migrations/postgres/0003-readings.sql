-- The access ledger: who read what of a user, when. Appended in the background, forgotten by range of time.
CREATE TABLE reading_kinds (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL UNIQUE
);

CREATE TABLE readings (
  grant_id bigint NOT NULL,
  at bigint NOT NULL,
  entry_id bigint NOT NULL,
  kind integer NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (grant_id, at, entry_id)
);

CREATE INDEX readings_by_time ON readings (at);
