-- The nodes that run, as each of them says. Only administrators see it: it permits nothing.
CREATE TABLE nodes (
  -- random, new at each start
  node_id text PRIMARY KEY,
  seen_at bigint NOT NULL,
  -- JSON
  state text NOT NULL
);
