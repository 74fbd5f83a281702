-- The registry: versions of records. Rows are never updated. The versions of a change exist when registry_changes has a row of it.
CREATE TABLE registry_records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  change_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  -- NULL: the version is the removal of the record
  document TEXT,
  -- All rows of registry_references, so that the MAC covers them
  reference_list TEXT NOT NULL,
  digest TEXT NOT NULL,
  mac BLOB,
  PRIMARY KEY (kind, id, version, change_id)
) STRICT;
CREATE INDEX registry_records_by_change ON registry_records (change_id, kind, id);
CREATE INDEX registry_records_by_owner ON registry_records (kind, owner, id);

-- What a version points to or claims.
CREATE TABLE registry_references (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  change_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  -- unique, exists or NULL
  rule TEXT,
  PRIMARY KEY (kind, id, version, change_id, name, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_references_by_value ON registry_references (name, value, kind, id);

-- The change log. Its sequence has no gaps.
CREATE TABLE registry_changes (
  sequence INTEGER PRIMARY KEY,
  change_id TEXT NOT NULL UNIQUE,
  actor TEXT NOT NULL,
  -- file, command, api or emergency
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  request_id TEXT,
  changed_at INTEGER NOT NULL,
  record_count INTEGER NOT NULL,
  records_digest TEXT NOT NULL,
  hash TEXT NOT NULL,
  mac BLOB
) STRICT;

-- Changes that have records and are not committed. A change that is discarded can no longer be committed.
CREATE TABLE registry_stagings (
  change_id TEXT PRIMARY KEY,
  staged_at INTEGER NOT NULL DEFAULT (unixepoch()),
  is_discarded INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
