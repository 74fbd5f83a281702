-- Emergency actions of operators: who did what to whom, when and why. Those that have not ended are in force on every node.
CREATE TABLE operator_actions (
  id TEXT PRIMARY KEY,
  -- suspend, or revoke: everything that was issued until then
  action TEXT NOT NULL,
  -- client, key, miniProgram, scope or user
  kind TEXT NOT NULL,
  -- clientId, appId, scope, or the wallet of a user
  target TEXT NOT NULL,
  -- for a key: its version; 0 for all of its client
  key_version INTEGER NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_by TEXT
) STRICT;
