-- The nodes that run, as each of them says. Only administrators see it: it permits nothing.
CREATE TABLE nodes (
  -- random, new at each start
  node_id TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL,
  -- JSON
  state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
