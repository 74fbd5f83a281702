-- The keys of the platform, sealed with the key-encryption key of the nodes (docs/operating.md#keys). A row is published from its commit on and
-- used from active_from on, in epoch seconds; without that time it is never used. Of a deleted key, the
-- row stays with an empty value, so that its version is not used again.
CREATE TABLE platform_keys (
  kind text NOT NULL,
  version integer NOT NULL,
  active_from bigint,
  sealed bytea NOT NULL,
  PRIMARY KEY (kind, version)
);
