-- The access ledger: who read what of a user, when. Appended in the background, forgotten by range of time.
CREATE TABLE reading_kinds (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE readings (
  grant_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  entry_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (grant_id, at, entry_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX readings_by_time ON readings (at);
