-- The registry: versions of records. Rows are never updated. The versions of a change exist when registry_changes has a row of it.
-- Texts of keys are in the order of their bytes, as in SQLite.
CREATE TABLE registry_records (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  change_id text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  -- NULL: the version is the removal of the record
  document text,
  -- All rows of registry_references, so that the MAC covers them
  reference_list text NOT NULL,
  digest text NOT NULL,
  mac bytea,
  PRIMARY KEY (kind, id, version, change_id)
);
CREATE INDEX registry_records_by_change ON registry_records (change_id, kind, id);
CREATE INDEX registry_records_by_owner ON registry_records (kind, owner, id);

-- What a version points to or claims.
CREATE TABLE registry_references (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  change_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  -- unique, exists or NULL
  rule text,
  PRIMARY KEY (kind, id, version, change_id, name, value)
);
CREATE INDEX registry_references_by_value ON registry_references (name, value, kind, id);

-- The change log. Its sequence has no gaps.
CREATE TABLE registry_changes (
  sequence bigint PRIMARY KEY,
  change_id text COLLATE "C" NOT NULL UNIQUE,
  actor text NOT NULL,
  -- file, command, api or emergency
  source text NOT NULL,
  reason text NOT NULL,
  request_id text,
  changed_at bigint NOT NULL,
  record_count bigint NOT NULL,
  records_digest text NOT NULL,
  hash text NOT NULL,
  mac bytea
);

-- Changes that have records and are not committed. A change that is discarded can no longer be committed.
CREATE TABLE registry_stagings (
  change_id text COLLATE "C" PRIMARY KEY,
  staged_at bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp())::bigint,
  is_discarded integer NOT NULL DEFAULT 0
);
