-- What clients are told: written in the transaction of the change, delivered in the background. Times are epoch milliseconds.
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  client_number INTEGER NOT NULL,
  subject TEXT NOT NULL,
  app_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  scopes TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL
) STRICT;

CREATE INDEX events_due ON events (due_at) WHERE state = 'pending';
CREATE INDEX events_pending_of_user ON events (client_number, subject, sequence) WHERE state = 'pending';
CREATE INDEX events_held ON events (client_number, sequence) WHERE state = 'held';
CREATE INDEX events_dead ON events (sequence) WHERE state = 'dead';
CREATE INDEX events_of_client ON events (client_number, sequence);
CREATE INDEX events_by_time ON events (at);

-- When a client has said that it has deleted what it had of a user.
ALTER TABLE subjects ADD COLUMN deletion_acknowledged_at INTEGER;
