-- What clients are told: written in the statement of the change, delivered in the background. Times are epoch milliseconds.
CREATE TABLE events (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text NOT NULL UNIQUE,
  client_number integer NOT NULL,
  subject text NOT NULL,
  app_id text NOT NULL,
  kind text NOT NULL,
  scopes text NOT NULL,
  reason text NOT NULL,
  at bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
  state text NOT NULL DEFAULT 'pending',
  attempts integer NOT NULL DEFAULT 0,
  due_at bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id()
) WITH (fillfactor = 80);

CREATE INDEX events_due ON events (due_at) WHERE state = 'pending';
CREATE INDEX events_pending_of_user ON events (client_number, subject, sequence) WHERE state = 'pending';
CREATE INDEX events_held ON events (client_number, sequence) WHERE state = 'held';
CREATE INDEX events_dead ON events (sequence) WHERE state = 'dead';
CREATE INDEX events_of_client ON events (client_number, transaction, sequence);
CREATE INDEX events_by_time ON events (at);

-- When a client has said that it has deleted what it had of a user.
ALTER TABLE subjects ADD COLUMN deletion_acknowledged_at bigint;
