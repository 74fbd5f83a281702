-- Each recipient of an event has a delivery of its own, until the recipient has the event. Times are epoch milliseconds.
CREATE TABLE deliveries (
  event_sequence bigint NOT NULL,
  recipient text NOT NULL,
  -- The recipient and the user: deliveries of one queue are sent in the order of their events.
  queue text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  attempts integer NOT NULL DEFAULT 0,
  due_at bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
  PRIMARY KEY (event_sequence, recipient)
) WITH (fillfactor = 80);

CREATE INDEX deliveries_due ON deliveries (recipient, due_at) WHERE state = 'pending';
CREATE INDEX deliveries_of_queue ON deliveries (queue, event_sequence) WHERE state = 'pending';
CREATE INDEX deliveries_held ON deliveries (recipient, event_sequence) WHERE state = 'held';
CREATE INDEX deliveries_dead ON deliveries (event_sequence) WHERE state = 'dead';

-- Events that wait for their merchant keep their state. Pending events are distributed to all their recipients.
INSERT INTO deliveries (event_sequence, recipient, queue, state, attempts, due_at)
  SELECT sequence, 'merchant/' || client_number, 'merchant/' || client_number || ' ' || subject, state, attempts, due_at FROM events WHERE state IN ('held', 'dead');

DROP INDEX events_due;
DROP INDEX events_pending_of_user;
DROP INDEX events_held;
DROP INDEX events_dead;
ALTER TABLE events DROP COLUMN attempts, DROP COLUMN due_at;
UPDATE events SET state = 'distributed' WHERE state <> 'pending';
CREATE INDEX events_undistributed ON events (sequence) WHERE state = 'pending';

-- Clients that registered themselves and get logout tokens, by their mini program.
CREATE INDEX registered_clients_with_logout ON registered_clients ((client::jsonb->>'appId'))
  WHERE client::jsonb ? 'backchannelLogoutUri';
